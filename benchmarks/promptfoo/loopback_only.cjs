// Preloaded into the peer: refuses and counts every connection that would leave the loopback.
const net = require("node:net");
const fs = require("node:fs");

const loopback = new Set(["127.0.0.1", "::1", "localhost"]);
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (...given) {
  const flat = Array.isArray(given[0]) ? given[0] : given;
  const to = typeof flat[0] === "object" ? flat[0] : { port: flat[0], host: flat[1] };
  const host = to.path ? "localhost" : (to.host ?? "localhost");
  if (!loopback.has(host)) {
    fs.appendFileSync(process.env.REFUSED_CONNECTIONS, `${host}:${to.port}\n`);
    const refused = new Error(`only the loopback is allowed, not ${host}`);
    process.nextTick(() => this.destroy(refused));
    return this;
  }
  return connect.apply(this, given);
};
