"""The words of the generated articles: function words, topical words, Korean words, and words made of syllables."""

from __future__ import annotations

import random
from itertools import accumulate

FUNCTION_WORDS = (
    "the of to and in a that for is on with said as by from at are it were was has have be this their who not or"
    " they which been also an more about into after its but had when there will other than over all some one during"
    " people year according out up because while among would could only many such most these under before between"
    " through what can now even so no if very being them those told both including since where how two three"
).split()
"""The most frequent words, most frequent first."""

TOPICAL_WORDS = (
    "market markets price prices rice corn wheat flour soybean cabbage kimchi fuel diesel gasoline coal timber"
    " smuggling smuggler smugglers border river crossing guard guards patrol fence camera cameras checkpoint permit"
    " permits travel train railway station locomotive truck trucks driver drivers bus road bridge tunnel province"
    " provincial county city district ward village farm farms farmer farmers cooperative harvest planting"
    " seedlings fertilizer compost irrigation drought flood typhoon rain snow winter spring summer autumn cold heating"
    " stove briquettes electricity power outage generator battery solar panel lamp candle water pump pipe well party"
    " committee secretary cadre cadres official officials ministry minister department bureau office agency section"
    " security police officer officers inspection inspector inspections crackdown arrest arrested detention detained"
    " interrogation confession trial court prosecutor sentence prison camp labor reeducation punishment fine bribe"
    " bribes corruption loyalty ideology ideological lecture lectures lecturer study session sessions campaign slogan"
    " slogans poster propaganda broadcast television radio newspaper film drama song songs culture foreign capitalist"
    " socialist socialism revolution revolutionary leader leadership congress plenary meeting meetings decree order"
    " orders directive instruction instructions policy policies plan plans quota target production factory factories"
    " enterprise enterprises worker workers manager engineer technician machine machinery tools steel iron cement glass"
    " textile clothing shoes cosmetics soap medicine medicines drug drugs hospital clinic doctor doctors nurse patient"
    " patients disease fever quarantine vaccine mask epidemic hygiene lockdown school schools university student"
    " students teacher teachers lesson textbook examination graduation dormitory army military soldier soldiers unit"
    " units commander general brigade battalion garrison exercise drill missile launch test satellite nuclear weapon"
    " weapons ammunition ship ships vessel port harbor fishing boat boats fishermen catch squid sea coast island trade"
    " trader traders merchant merchants export exports import imports customs tariff container shipment goods wholesale"
    " retail vendor vendors stall stalls street currency exchange rate won yuan dollar dollars money broker brokers"
    " remittance loan interest debt bank card wage wages salary ration rations distribution state private household"
    " households family families mother father children elderly widow orphan neighbor neighbors neighborhood unit watch"
    " resident residents citizen citizens population rumor rumors complaint complaints anger fear anxiety hope"
    " hardship hunger famine shortage surplus supply demand relief aid sanctions diplomat embassy ambassador talks"
    " summit agreement statement spokesman spokesperson analyst expert researcher source sources contact informant"
    " telephone phone phones handset network signal tower jamming internet computer software memory stick recording"
    " photograph photographs video videos letter parcel document documents registration identity certificate marriage"
    " divorce funeral birthday holiday anniversary festival monument statue museum construction apartment apartments"
    " building site brigade volunteers mobilization donation donations tax fees licence inspection audit report reports"
    " investigation incident accident fire explosion collapse theft robbery murder fraud gambling escape escaped"
    " defector defectors defection refugee repatriation trafficking missing forest mountain mountains mine miners gold"
    " copper mineral quarry MSS NIS WPK"
).split()
"""What such news is about."""

PLACES = (
    "North Hamgyong Province;South Pyongan Province;Ryanggang Province;Chagang Province;Kangwon Province;Hyesan;"
    "Hoeryong;Sinuiju;Chongjin;Wonsan;Kaesong;Rason;Pyongyang;Nampo;Sariwon;Musan"
).split(";")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
SURNAMES = ("Kang", "Ri", "Pak", "Choe", "Jong", "Yun", "Han", "Sim", "O", "Ryu")

KOREAN_NOUNS = (
    "시장 가격 쌀 옥수수 국경 주민 간부 보위부 안전부 강연 단속 장마당 상인 밀수 휴대전화 전기 물 농장 농민 비료 수확"
    " 공장 노동자 기업소 학교 학생 교원 병원 의사 약 검열 지시 회의 당국 도 시 군 마을 열차 화물차 연료 석탄 건설"
    " 돌격대 군인 부대 훈련 배급 식량 환율 돈 세금 벌금 처벌 재판 소문 불만 겨울 봄 여름 가을"
).split()
KOREAN_PARTICLES = ("이", "가", "은", "는", "을", "를", "에서", "으로", "에", "의", "과", "도")
KOREAN_VERBS = ("했다", "밝혔다", "전했다", "있다", "올랐다", "내렸다", "시작했다", "모였다", "늘었다", "줄었다")

_ONSETS = "b br c ch d f g h j k l m n p pr r s sh st t v w y z".split()
_VOWELS = "a e i o u ai ea".split()
_CODAS = ("", "", "", "", "l", "m", "n", "ng", "r", "s", "t", "ck")
_ENDINGS = ("", "", "", "", "s", "s", "ed", "ing", "er", "tion", "ly")


def made_up_word(rng: random.Random, syllables: int) -> str:
    """Return a pronounceable word that no dictionary has, most likely, with an English ending or none."""
    stem = "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS) for _ in range(syllables))
    return stem + rng.choice(_ENDINGS)


def zipf_vocabulary(rng: random.Random, made_up: int) -> tuple[list[str], list[float]]:
    """Return words by falling frequency, and their cumulative weights for `random.choices`.

    Function words come first, then topical words mixed with `made_up` invented ones. The weight of rank r is
    1 / (r + 2.7), the law of Zipf as corrected by Mandelbrot (An Informational Theory of the Statistical
    Structure of Language, 1953).
    """
    invented: dict[str, None] = {}
    while len(invented) < made_up:
        invented[made_up_word(rng, rng.choice((1, 2, 2, 3)))] = None
    topical = list(dict.fromkeys(TOPICAL_WORDS))
    common = topical + list(invented)[: len(topical)]
    rng.shuffle(common)
    words = [*FUNCTION_WORDS, *common, *list(invented)[len(topical) :]]
    return words, list(accumulate(1 / (rank + 2.7) for rank in range(1, len(words) + 1)))
