"""From a request to a hit, one stage a module, pure up to the last step."""
