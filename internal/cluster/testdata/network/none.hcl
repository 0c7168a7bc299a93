# Left out it is the same: no policy. All traffic is let through, unless a NetworkPolicy of somebody else limits it.
network = null
