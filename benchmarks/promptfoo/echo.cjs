// A local echo over HTTP: answers {"echo": prompt}. Prints its port; ends when its input ends.
const http = require("node:http");

const server = http.createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const { prompt } = JSON.parse(Buffer.concat(parts).toString("utf8"));
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ echo: prompt }));
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit(0)).resume();
