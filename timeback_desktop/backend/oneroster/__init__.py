"""OneRoster 1.2 over HTTP and as CSV: one declaration of every entity, used by all of it.

``entity`` says what a field is, ``rostering`` and ``grading`` declare every entity of the
standard with the columns it is kept in. From that declaration alone come what is read
(``reading``), how a list is filtered, sorted, paged and cut down (``filters``, ``listing``),
what is written (``checking`` what is told, ``completion`` of what is not, ``settling`` what
fields owe each other, ``writing``) and the columns of a CSV file (``files``). Whoever adds a
field adds one line.
"""
