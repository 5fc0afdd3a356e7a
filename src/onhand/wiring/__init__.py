"""Where concrete objects are built: which database, which surfaces, which work, with which limits.

`databases` opens what the settings name, `serving` builds the application on it, `working` what is done beside it.
"""
