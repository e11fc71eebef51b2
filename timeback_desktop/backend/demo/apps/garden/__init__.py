"""Math Garden: practice in arithmetic, with a worked explanation after each answer."""
