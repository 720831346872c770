"""Words that say what is wanted of the data, in Korean and English. Language, not domain.

A term maps to a cue `name` or `name:argument`. Terms are matched like catalog terms: as whole
words, Korean ones also before particles. `filler` is understood and adds nothing.
"""

from __future__ import annotations

import re

_CUES: dict[str, str] = {
    "count": (
        "몇|몇개|몇 개|몇대|몇 대|몇건|몇 건|몇번|몇 번|몇 곳|몇 종|개수|갯수|건수|횟수|대수|숫자|수는|수를|"
        "수가|수|how many|number of|count|count of|total number|total number of|how often"
    ),
    "aggregate:avg": "평균|평균값|평균적으로|average|avg|mean|on average",
    "aggregate:max": "최대|최댓값|최대값|최고치|최고값|피크|maximum|max|peak",
    "aggregate:min": "최소|최솟값|최소값|최저치|최저값|minimum|min",
    "aggregate:sum": "합계|총합|누적|총|합|total|sum|sum of|overall",
    "aggregate:p50": "중앙값|중간값|median|p50",
    "aggregate:p90": "p90|90th percentile|90퍼센타일",
    "aggregate:p95": "p95|95th percentile|95퍼센타일|95 백분위",
    "aggregate:p99": "p99|99th percentile|99퍼센타일",
    "aggregate:latest": "현재|지금|현재값|현재 값|current|currently|now|right now|at the moment",
    "newest": "최근|최신|마지막|가장 최근|recent|recently|latest|newest|last|most recent",
    "oldest_first": "가장 먼저|맨 처음|최초|first|earliest",
    "most": (
        "가장 많은|가장 많이|제일 많은|제일 많이|가장 자주|최다|많은|많이|많은 순|most|the most|"
        "most often|most frequent|most common|highest number of|largest number of|more often"
    ),
    "least": "가장 적은|가장 적게|제일 적은|제일 적게|적은 순|fewest|least|lowest number of",
    "highest": (
        "가장 높은|가장 높았던|제일 높은|최고|가장 큰|제일 큰|가장 긴|제일 긴|가장 심한|높은 순|높은|큰|긴|"
        "highest|largest|biggest|greatest|longest|max value|top|상위|worst|가장 비싼|most expensive|"
        "가장 느린|slowest|가장 높았나|가장 높지|높았던|높은지"
    ),
    "lowest": (
        "가장 낮은|가장 낮았던|제일 낮은|최저|가장 작은|제일 작은|가장 짧은|낮은 순|낮은|작은|짧은|"
        "lowest|smallest|shortest|bottom|하위|fastest|가장 빠른|cheapest"
    ),
    "superlative": "가장|제일",
    "by": "별|별로|마다|각|각각|by|per|each|every|for each|grouped by|broken down by|group by",
    "compare": (
        "비교|비교해|비교해줘|비교하면|대비|보다|차이|차이는|versus|vs|vs.|compare|compared|compared to|"
        "compared with|comparison|difference|difference between|어느 쪽|증감|변화량|change from"
    ),
    "trend": (
        "추이|추세|변화|그래프|차트|시계열|경향|흐름|변동|trend|trends|over time|chart|plot|graph|"
        "time series|timeseries|evolution|evolve|develop|how did"
    ),
    "without": (
        "없는|없었던|없던|없이|없는지|안 된|안된|되지 않은|하지 않은|한 번도|한번도|without|no|never|never had any|had no|"
        "have no|has no|had no|with no|have not had|never had|did not have|not had any|without any"
    ),
    "with": "있는|있었던|있던|발생한|가진|with|having|that have|that had|have|has|had",
    "not": "아닌|제외|제외한|제외하고|말고|빼고|not|except|excluding|other than|non",
    "list": (
        "목록|리스트|명단|list|show|show me|give me|display|which|what|어떤|어느|무슨|뭐|뭐가|"
        "뭐야|무엇|누가|전체|모든|모두|all|any|find me"
    ),
    "search": (
        "검색|검색해|검색해줘|찾아|찾아줘|찾아봐|언급|포함|포함한|포함된|들어간|들어있는|관련|관련된|관한|"
        "search|search for|find|mention|mentions|mentioning|mentioned|contain|contains|containing|"
        "about|related to|regarding|with the word|including the word"
    ),
    "op:>=": "이상|이상인|at least|or more|no less than|or higher|or above|이후",
    "op:>": "초과|초과한|초과하는|넘는|넘은|넘긴|넘게|보다 큰|보다 높은|보다 많은|more than|over|above|"
    "greater than|higher than|exceeding|exceed|exceeds|exceeded|larger than|bigger than",
    "op:<=": "이하|이하인|at most|or less|or fewer|no more than|or lower|or below",
    "op:<": "미만|미만인|보다 작은|보다 낮은|보다 적은|less than|under|below|fewer than|lower than|"
    "smaller than",
    "op:older": "older than|보다 오래된|오래된",
    "op:newer": "newer than|younger than|보다 새로운",
    "scope:dependency": (
        "의존|의존성|의존 관계|의존 대상|dependencies|dependency|depends on|depend on|depending on|"
        "dependent on|relies on|rely on|relying on"
    ),
    "scope:impact": (
        "영향|영향 범위|영향받는|영향 받는|영향을 받는|영향을 주는|영향이 가는|파급|"
        "impact|impact of|impacted by|impacted|affected by|affected|affects|affect|downstream of"
    ),
    "scope:composition": (
        "구성품|구성 요소|하위 설비|부품|components of|components|parts of|part of|consists of|"
        "made of|composed of|belongs to|belong to"
    ),
    "scope:neighbors": (
        "연결된|연결되어|인접한|이웃|주변 설비|connected to|connected with|adjacent to|next to|"
        "neighbours of|neighbors of|neighbours|neighbors|linked to"
    ),
    "scope:path": "경로|연결 경로|path|paths|route|routes|path between|path from",
    "document": (
        "매뉴얼|절차|절차서|문서|런북|가이드|지침|지침서|조치 방법|조치방법|대응 방법|대응방법|점검 방법|"
        "조치 절차|대처 방법|runbook|runbooks|manual|manuals|procedure|procedures|guide|guides|"
        "documentation|how do i|how do we|how should i|how to|"
        "what should i do|what do i do|what should we do"
    ),
    "how_much": "얼마|얼마나|얼마야|얼마인가요|얼마지|얼마예요|how much",
    "and": "그리고|또|또한|및|하고|and|and also|as well as|plus",
    "own": "의|of|in|on|at|for|from|the|a|an|에서|에|중|중에|중에서|among|within|내|안에|동안|기간|during",
    "filler": (
        "적|적이|알려줘|알려주세요|알려줄래|알려 줘|보여줘|보여주세요|보여 줘|보여줄래|말해줘|조회|조회해줘|조회해|확인|"
        "확인해줘|확인해|출력|출력해줘|뽑아줘|구해줘|계산해줘|정리해줘|해줘|해주세요|줘|주세요|좀|부탁해|궁금해|"
        "뭐지|뭔가요|무엇인가요|무엇인지|어때|어떤가요|어땠어|어떻게|되나요|되는지|"
        "돼|되어|된|되|인지|인가|있어|있나|있나요|있었어|있었나|있었나요|있었는지|있는지|있습니까|있을까|났어|났나|"
        "났나요|발생했어|발생했나|발생했나요|발생|생긴|일어난|나온|나왔어|나타난|기록된|등록된|대한|대해|대하여|"
        "관해|해당|그|이|저|것|거|건|등|우리|현황|내역|정보|내용|데이터|값|값은|값을|수치|기준|기준으로|순|순으로|"
        "순서|순서로|개|대|건|번|곳|명|가지|하는|한|했던|했어|했나|하나|중인|있던 것|쪽|좀더|다|더|은|는|가|를|을|"
        "is|are|was|were|be|been|do|does|did|please|can|could|you|i|me|my|we|our|us|tell|give|get|"
        "see|know|want|to|need|would|like|there|here|it|its|this|that|these|those|or|as|if|"
        "so|then|just|some|when|where|who|whose|how|how is|how are|how was|what is|what are|what was|what were|"
        "what's|which are|much|many|value|values|data|information|info|details|detail|record|records|entries|"
        "occur|occurred|occurs|happen|happened|happens|happening|during|between|since|until|ever|"
        "been|being|looking|look|doing|get|got|see|seen|let|let's|report|reported|recorded|registered|"
        "raised|fired|right|hello|hey|ok|okay|also|too|currently|exist|exists|kind|kinds|type of|most of|only|"
        "number|amount|list of|overview|one|ones|per|by|than|most|thing|things"
    ),
}

_STEMS: dict[str, str] = {
    "많": "most", "높": "highest", "낮": "lowest", "크": "highest", "큰": "highest", "컸": "highest",
    "작": "lowest", "길": "highest", "긴": "highest", "짧": "lowest",
}  # fmt: skip
"""First syllables of Korean adjectives of degree; what follows is an ending: 많았던, 높았나요."""
_ENDING = re.compile(r"[은던을게지음고]?[았었]?[가-힣]{0,3}")

_FEW = re.compile(r"적(?:은|게|었|었던|지|다)[가-힣]{0,2}")
"""적은 is "few"; 적이 있는 is "ever"."""


def stem_cue(word: str) -> str | None:
    """The cue of an inflected Korean adjective of degree."""
    cue = _STEMS.get(word[:1])
    if _FEW.fullmatch(word):
        return "least"
    return cue if cue is not None and _ENDING.fullmatch(word[1:]) else None


def cue_terms() -> list[tuple[str, str]]:
    """(term, cue) pairs; a term with two cues occurs twice."""
    return [
        (term.strip(), cue) for cue, terms in _CUES.items() for term in terms.split("|") if term
    ]
