from hypothesis import given, settings
from hypothesis import strategies as st

from search import words
from search.words import Part

unhurried = settings(deadline=None)  # dictionaries are loaded at the first call
HAN = st.text("环境影响评价报告测绘监理审计赣州市章贡区環評測繪〇", min_size=1, max_size=12)
LATIN = st.text("abcXYZ019", min_size=1, max_size=10)
MIXED = st.lists(HAN | LATIN | st.sampled_from([" ", "，", "-", "（", "\n"]), max_size=8).map(
    "".join
)
ANY = st.text(max_size=40)


@unhurried
@given(ANY)
def test_folding_twice_is_folding_once(text):
    assert words.fold(words.fold(text)) == words.fold(text)


@unhurried
@given(ANY)
def test_the_normal_text_is_its_own(text):
    assert words.normal(words.normal(text)) == words.normal(text)


def test_width_case_accents_and_traditional_forms_are_folded():
    assert words.fold("ＥＰＣ　環境影響評價") == "epc 环境影响评价"
    assert words.fold("Café №１０ ㎡") == "cafe no10 m2"
    assert words.normal("EPC总承包，第２期") == " epc 总承包 第 2 期 "
    assert words.squeezed("国办发〔2025〕22号") == "国办发202522号"


@unhurried
@given(MIXED, st.data())
def test_whatever_stands_in_a_text_is_found_in_it(text, data):
    """Recall: each stretch of a Chinese run, and each beginning of a Latin word."""
    found = words.pieces(text)
    if not found:
        return
    piece = data.draw(st.sampled_from(found))
    start = data.draw(st.integers(0, len(piece.text) - 1)) if piece.is_han else 0
    part = piece.text[start : data.draw(st.integers(start + 1, len(piece.text)))]
    wanted = words.wanted(part)
    held = words.tokens(text)
    assert set(wanted.tokens) <= held or not piece.is_han
    assert all(any(token.startswith(prefix) for token in held) for prefix in wanted.prefixes)
    assert all(one in words.normal(text) for one in wanted.contains)


@unhurried
@given(MIXED, HAN)
def test_what_does_not_stand_in_a_text_is_not_found(text, sought):
    wanted = words.wanted(sought)
    normal = words.normal(text)
    found = set(wanted.tokens) <= words.tokens(text) and all(
        one in normal for one in wanted.contains
    )
    assert found == (words.normal(sought).strip() in normal)


@unhurried
@given(ANY)
def test_tokens_can_stand_in_an_index(text):
    for token in words.tokens(text) | words.sound_tokens(words.sounds(text)):
        assert token
        assert not any(letter.isspace() for letter in token)


def test_a_phrase_stands_together():
    wanted = words.wanted("造价 咨询EPC", in_order=True)
    assert wanted.contains == ("造价 咨询 epc",)
    assert words.wanted("，。！") is None


def test_pinyin_is_read_in_syllables():
    assert words.readings("huanjing")[0] == ("huan", "jing")
    assert ("xi", "an") in words.readings("xian")
    assert words.readings("huanj")[0] == ("huan", "j")
    assert words.readings("epc") == []
    assert words.readings("gxdd2026") == []
    assert words.sounds("重庆绿化EPC") == " chong qing lv hua "
    assert words.initials(words.sounds("环境影响，评价")) == " hjyx pj "


@unhurried
@given(HAN)
def test_how_a_title_is_typed_in_pinyin_is_among_its_readings(text):
    said = words.sounds(text).split()
    if 1 < len(said) <= 6:
        readings = words.readings("".join(said))
        assert readings
        tokens = words.sound_tokens(words.sounds(text))
        met = [
            one
            for one in words.soundings("".join(said))
            if set(one.tokens) <= tokens
            and all(any(token.startswith(prefix) for token in tokens) for prefix in one.prefixes)
        ]
        assert met or tuple(said) not in readings


@unhurried
@given(st.text("abcdefgh0123", min_size=4, max_size=9), st.data())
def test_a_slip_of_the_hand_is_near(word, data):
    place = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("abc012"))
    slips = {
        word[:place] + word[place + 1 :],
        word[:place] + letter + word[place:],
        word[:place] + letter + word[place + 1 :],
        word[: place + 1] + word[place + 1 : place + 2] + word[place + 1 :],
    }
    for slip in slips - {word}:
        if len(slip) >= 4:
            assert word in words.near(slip)
    assert words.near("abc") == set()


@unhurried
@given(ANY, st.lists(HAN | LATIN, max_size=3))
def test_marking_leaves_the_text_as_it_is(text, sought):
    assert "".join(part.text for part in words.marked(text, sought)) == text


def test_what_is_found_is_marked_in_its_own_writing():
    assert words.marked("關於環境ＥＰＣ", ["环境", "epc"]) == [
        Part("關於", False),
        Part("環境ＥＰＣ", True),
    ]
    assert words.marked("xgis gis", ["gis"]) == [Part("xgis ", False), Part("gis", True)]


def test_an_excerpt_shows_the_first_hit():
    text = "前" * 300 + "测绘" + "后" * 300
    shown = words.excerpt(text, ["测绘"], 60)
    assert "测绘" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert len(shown) <= 62
    assert words.excerpt("短", ["无"], 60) == "短"
