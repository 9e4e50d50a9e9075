from search import ranking, words
from search.query import parse
from search.ranking import Candidate


def points(text: str, *, groups=(), weight=0, **fields: str) -> int:
    of = Candidate(
        head=words.normal(fields.get("title", "")),
        brief=words.normal(fields.get("summary", "")),
        key=words.squeezed(fields.get("number", "")),
        weight=weight,
    )
    return ranking.points(of, ranking.sought(parse(text).expanded(groups)))


def test_title_before_number_before_summary_before_text():
    title, number, summary, text = (
        points("gis", title="关于 GIS 建库"),
        points("gis", number="GIS-2026-1"),
        points("gis", summary="提交 GIS 成果"),
        points("gis", title="别的"),
    )
    assert title > number > summary > text > 0


def test_a_whole_number_comes_first_of_all():
    exact = points("GXDD-2026-000101", number="GXDD-2026-000101")
    assert exact > points("GXDD-2026-000101", title="GXDD-2026-000101")


def test_the_same_title_before_one_that_begins_so_before_one_that_has_it():
    same, begins, has = (
        points("测绘", title="测绘"),
        points("测绘", title="测绘服务采购"),
        points("测绘", title="城区管网测绘"),
    )
    assert same > begins > has


def test_words_side_by_side_before_words_apart():
    assert points("学校 造价", title="学校造价咨询") > points("学校 造价", title="造价咨询（学校）")


def test_what_was_typed_before_what_means_the_same():
    groups = [("环评", "环境影响评价")]
    typed = points("环评", groups=groups, title="某环评项目")
    assert typed > points("环评", groups=groups, title="某环境影响评价项目") > 0


def test_without_words_the_kind_decides():
    assert points("", weight=5) > points("", weight=1)
