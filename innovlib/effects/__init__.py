"""What autonomy did: effects that are honest with few schools.

Read in this order: :mod:`design` (the question), :mod:`outcomes` and :mod:`panel` (the data as arrays),
:mod:`contrasts` (what is held against what), :mod:`estimate`, :mod:`averages` and :mod:`adjust` (how much more the
pilots changed), :mod:`engine` and :mod:`permute` (means, variances and labellings), :mod:`inference`,
:mod:`over_time` and :mod:`several` (what chance could do), :mod:`sensitivity` and :mod:`selection` (what else it
could be), :mod:`power` (what could have been seen), :mod:`dose` (how much autonomy), :mod:`study` (all of it at
once). :mod:`simulate` and :mod:`twoway` are there to check and to compare with.
"""
