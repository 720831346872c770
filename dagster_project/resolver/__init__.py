"""Mentions to entities: names from the data, aliases, patterns, typing errors, ambiguity.

names        names of entities, read from their own tables
index        EntityIndex: what a question names; what is nearest to a name that does not exist
exact        whole names in a question, whatever their spaces, hyphens and case
patterns     pattern rules, and the shape of ids learnt from the keys (GT-99 is an id nobody has)
numbered     names that differ in their number only (가스터빈 9호기 is one that nothing bears)
misspelt     which words of a question may be a misspelt name
typos        names a few keystrokes away
likely       the same name with another number
name_table   what the index needs of names; names in memory
on_disk      names in a mapped file, for any number of them
write_names  makes that file; hashed_lists and typo_keys say how things are found in it
key_shapes   prefixes and numbers of the data's keys
alias_rows   the alias table as rows
normal_form  the spelling all of these compare in
collisions   names that several things bear
particles    what may follow a Korean noun
"""
