"""What is taught, as CASE 1.1 (Competencies and Academic Standards Exchange) tells it.

No frameworks are kept yet: lists are empty, and nothing is found under any identifier. The
addresses and the shapes of both answers are those that the published client reads.
"""
