"""axe-core in the browser: what it finds wrong with a page, as lines of text."""

from typing import Any

VERSION = "4.14.1"
IMPACTS = ("critical", "serious", "moderate")
"""All but `minor`."""

STOCK = (
    ".breadcrumbs",  # links in the admin's own colours, with too little contrast to the text between them
    "th.original",  # the empty head that the admin's tables of inlines begin with
)
"""What looks as Django's admin makes it look everywhere, and is not ours to change."""

RUN = """
const [include, exclude, answer] = arguments;
const scope = {include: [[include]], exclude: exclude.map(selector => [selector])};
// to preload styles axe would write them into the page, which the page's policy refuses; no rule of ours needs it
axe.run(scope, {resultTypes: ['violations'], preload: false})
  .then(found => answer(found.violations), problem => answer(String(problem)));
"""


def findings(browser: Any, axe: str, *, within: str = "html") -> list[str]:
    """One line for each element of the open page, or of the part *within*, that has a problem, outside of STOCK.

    *axe* is the source of axe-core. WebDriver runs it beside the page, whose policy stays as strict as it is.
    """
    browser.execute_script(axe)
    found = browser.execute_async_script(RUN, within, list(STOCK))
    assert isinstance(found, list), found
    return [
        f"{rule['impact']} {rule['id']}: {node['html'][:200]} ({' '.join(node['failureSummary'].split())})"
        for rule in found
        if rule["impact"] in IMPACTS
        for node in rule["nodes"]
    ]
