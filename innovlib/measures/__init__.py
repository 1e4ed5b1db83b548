"""What a number means: plain functions from the contract's tables to tidy frames with their uncertainty."""
