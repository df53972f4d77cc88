from gateway.summaries import name_fields

LINE = '<li><a href="#{}"><!--names -->Please fill this in.</a></li>'


def test_a_line_of_the_summary_names_its_field() -> None:
    label = '<label for="f-name">Full name <span class="optional">(optional)</span></label><input id="f-name">'
    html = name_fields(LINE.format("f-name") + label, "en")
    assert '<a href="#f-name">Full name: Please fill this in.</a>' in html


def test_a_name_stays_escaped_and_has_one_colon() -> None:
    label = '<label class="x" for="f-a">A &amp; B：</label><input id="f-a">'
    assert '<a href="#f-a">A &amp; B：Please fill this in.</a>' in name_fields(LINE.format("f-a") + label, "zh-CN")


def test_a_group_is_named_by_its_legend() -> None:
    group = '<fieldset id="f-fields">\n<legend>Fields</legend><input id="f-fields-one"></fieldset>'
    assert '<a href="#f-fields">Fields: Please' in name_fields(LINE.format("f-fields") + group, "en")


def test_a_line_leads_to_the_first_of_a_group_without_a_place_of_its_own() -> None:
    boxes = '<input type="checkbox" id="f-roles-admin"><input type="checkbox" id="f-roles-gate">'
    assert '<a href="#f-roles-admin">Please' in name_fields(LINE.format("f-roles") + boxes, "en")


def test_a_field_that_the_page_does_not_show_is_said_without_a_name() -> None:
    assert name_fields(LINE.format("f-x"), "en") == '<li><a href="#f-x">Please fill this in.</a></li>'
