"""The double of Meta: what the Cloud API takes and refuses, what phones show and say, and what goes wrong."""
