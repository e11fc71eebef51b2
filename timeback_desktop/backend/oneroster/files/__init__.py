"""OneRoster 1.2 as a zip of CSV files: taken in whole, and given out whole.

==========  ======================================================================
columns     which file holds what: made from the declarations of the entities
values      one cell: its text and what is kept of it
package     the zip (or folder): what it holds, and what makes us refuse it
table       one CSV file: its header and its rows
report      what is told about refused rows, in words for an office
references  what a row may point to: rows of the package, rows of the tenant
checking    every row of one file, checked and put aside
settling    what can be judged only after a whole file: parents, roles, agents
planning    what differs from what the tenant has
writing     the plan, written in one transaction
importing   all of these in their order
exporting   the way back
command     both at the command line; ``arguments`` says what it can be told
jobs        an import as a thing that can be asked about; ``workers`` runs them
==========  ======================================================================

Decisions that rule the package:

* Everything is read, checked and compared before the write lock is taken. What has to be
  written waits in a temporary file, so that memory holds names and numbers, not rows.
* A fault of a file (it cannot be read, or is not what the manifest says) refuses the package.
  A fault of a row refuses the row, and every refused row is named. Strictly, one refused row
  means that nothing is written; leniently, the good ones are.
* ``bulk`` tells all there is: what the file leaves out is put away. A row that was refused is
  not left out. Roles of a user whom ``roles.csv`` does not mention stay, because nobody can
  be without one, and so do profiles that this platform made or keeps a log-in for.
* A column that a file does not have says nothing about that field. A blank cell empties it.
* ``dateLastModified`` is the time at which we took a change in, not the file's own: those
  who ask us what changed since yesterday must hear of it.
* Passwords are never kept, not even for a moment in the temporary file.
"""
