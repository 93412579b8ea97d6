"""The columns' way: every question counted from the columns of hits (rollups/columns.py), filters and all.

Needs numpy (the extra `fast`); nobody but `stats/counted.py` imports from here.
"""
