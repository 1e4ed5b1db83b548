"""What autonomy did: effects that are honest with few schools.

Read in this order: :mod:`design` (the question), :mod:`panel` (the data as arrays), :mod:`estimate` (how much more the
pilots changed), :mod:`inference` (what chance could do), :mod:`sensitivity` and :mod:`selection` (what else it could
be), :mod:`power` (what could have been seen), :mod:`dose` (how much autonomy), :mod:`study` (all of it at once).
"""
