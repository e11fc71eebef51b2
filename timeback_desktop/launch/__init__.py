"""How an app is entered: where a web address belongs, and why a load failed.

Pure: no Qt and no network. The browser view asks; the words and the decisions are here,
where a table of cases can hold them.
"""
