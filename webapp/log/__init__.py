"""The log: entries, batches, anchors and the bundles that prove them."""
