import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from core import clock
from core.cache import clear
from search import index
from search.models import SearchDocument, Synonym, Word
from tests.marketplace import ordering

HERE = "/search/"


def page(client: Client, **asked) -> str:
    response = client.get(HERE, asked)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def visitor(client, shelved) -> Client:
    clear()
    return client


def test_what_was_looked_for_is_marked_in_its_own_writing(visitor):
    text = page(visitor, q="測繪")
    assert "<mark>测绘</mark>" in text
    assert "南康家具产业园" in text
    assert 'value="測繪"' in text


def test_the_count_and_the_facets_are_told(visitor):
    text = page(visitor, q="监理", kind="order")
    assert "2 项结果" in text
    assert 'name="kind" value="order" checked' in text
    assert 'name="kind" value="agency"' in text  # what else there would be
    assert "去掉此条件" in text


@pytest.mark.parametrize(
    "text",
    [
        '"',
        "'",
        '"" OR 1=1',
        "a* NEAR b",
        "<script>alert(1)</script>",
        "\\",
        "%_",
        "：",
        "(",
        "\x00",
    ],
)
def test_special_characters_do_no_harm(visitor, text):
    shown = page(visitor, q=text)
    assert "<script>alert" not in shown
    if text.strip("\x00"):
        assert escape(text.strip("\x00")) in shown


def test_text_of_a_document_is_escaped_where_it_is_marked(visitor):
    SearchDocument.objects.filter(code="S-survey").update(title="<b>测绘</b>", summary="")
    text = page(visitor, q="测绘", kind="service")
    assert "&lt;b&gt;<mark>测绘</mark>&lt;/b&gt;" in text


def test_who_finds_nothing_is_told_which_filter_empties_it(visitor):
    text = page(visitor, q="测绘", kind="alliance")
    assert "没有符合“测绘”和这些筛选条件的内容。" in text
    assert "去掉“联盟”" in text
    assert 'href="?q=%E6%B5%8B%E7%BB%98"' in text


def test_who_finds_nothing_is_told_which_word_empties_it(visitor):
    text = page(visitor, q="测绘 鲸鱼")
    assert "去掉“鲸鱼”" in text
    assert "去掉“测绘”" not in text  # nothing has 鲸鱼


def test_what_is_typed_in_pinyin_is_found_and_said_so(visitor):
    text = page(visitor, q="cehui")
    assert "以下是读音相近的结果" in text
    assert "南康大地<mark>测绘</mark>有限公司" in text


def test_a_mistyped_code_is_corrected_and_said_so(visitor):
    text = page(visitor, q="GXDD-2026-000l02")
    assert "以下是包含“" in text
    assert "章江新区学校扩建工程造价咨询" in text


def test_pages_are_turned_within_bounds(visitor):
    first = page(visitor)
    assert "第 1–20 项" in first
    assert "page=2" in first
    assert "第 21–40 项" in page(visitor, page="2")
    for odd in ("0", "-1", "x", "²"):
        page(visitor, page=odd)


def test_who_goes_beyond_the_last_page_is_led_to_it(visitor):
    beyond = visitor.get(HERE, {"q": "测绘", "page": "999"})
    assert beyond.status_code == 302
    last = visitor.get(beyond.url).content.decode()
    assert "没有找到" not in last
    assert "<mark>测绘</mark>" in last
    assert "没有找到" in page(visitor, q="鲸鱼", page="3")


def test_where_nothing_is_found_nothing_can_be_filtered(visitor):
    assert 'class="gx-facet"' not in page(visitor, q="鲸鱼")
    assert "没有可筛选" not in page(visitor, q="鲸鱼")
    assert 'class="gx-facet"' in page(visitor, q="测绘", kind="alliance")


def test_sorts_by_amount_and_by_deadline(visitor):
    text = page(visitor, kind="order", sort="amount")
    assert text.index("EPC总承包监理") < text.index("综合管廊") < text.index("洪水影响评价报告编制")
    page(visitor, sort="deadline")
    page(visitor, sort="unknown")


def test_the_english_page_has_english_labels_and_addresses(visitor):
    response = visitor.get("/en/search/", {"q": "测绘"})
    text = response.content.decode()
    assert "results" in text
    assert 'href="/en/order/' in text


def test_suggestions_are_titles_by_word_by_sound_by_beginning(visitor):
    for typed in ("测绘", "cehui", "nankang", "nkdd"):
        text = visitor.get("/search/suggest/", {"q": typed}).content.decode()
        assert "南康" in text, typed
        assert "<html" not in text
    assert visitor.get("/search/suggest/", {"q": " "}).content.decode().strip() == ""
    assert "<li" not in visitor.get("/search/suggest/", {"q": "鲸鱼"}).content.decode()


def test_a_suggestion_request_swaps_and_a_filter_request_swaps_the_results_alone(visitor):
    part = visitor.get(HERE, {"q": "测绘"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert 'id="count"' in part


def test_a_page_is_kept_and_new_at_the_request_after_a_deed(client, cast):
    ordering.carry_news()
    clear()
    assert "0 项结果" in page(client, q="教学综合楼")
    assert "ETag" in client.get(HERE, {"q": "教学综合楼"}).headers
    order = ordering.published(cast)
    assert "ETag" not in client.get(HERE, {"q": "教学综合楼"}).headers  # its news waits: not kept
    ordering.carry_news()
    assert order.number in page(client, q="教学综合楼")
    assert "ETag" in client.get(HERE, {"q": "教学综合楼"}).headers


def test_a_synonym_that_staff_add_counts_at_once(visitor):
    assert "0 项结果" in page(visitor, q="鲸评")
    Synonym.objects.create(words="鲸评、环境影响评价")
    assert "<mark>环境影响评价</mark>" in page(visitor, q="鲸评")


def test_the_same_number_of_queries_for_few_hits_and_for_many(visitor):
    counts = []
    for text in ("多式联运", "公司"):
        clear()
        with CaptureQueriesContext(connection) as queries:
            page(visitor, q=text)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_search_field_stands_in_the_frame_and_on_the_front_page(visitor):
    assert 'action="/search/"' in visitor.get("/orders/").content.decode()
    front = visitor.get("/").content.decode()
    assert front.count('action="/search/"') == 2
    assert 'id="home-q"' in front


def test_known_words_are_learned_from_titles_and_numbers(shelved):
    known = set(Word.objects.values_list("word", flat=True))
    assert {"gxdd2026000101", "000101", "epc"} <= known
    assert index.next_change(clock.now()) is None
