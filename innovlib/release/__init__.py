"""Whether a release may go out: what all its pages together give away, what is withheld, the audit and the ledger."""
