"""Story Lantern: short stories and true texts, with questions that point into the text."""
