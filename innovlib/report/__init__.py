"""What a reader sees: protected tables, words by rule, tables, figures, pages."""
