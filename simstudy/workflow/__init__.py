"""What can be done with a study: one file a verb, and what several verbs need."""
