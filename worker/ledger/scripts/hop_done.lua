-- The request that a redirect led to is over: host, token → 1
local host, token = take(), take()
host_done(host, token)
return 1
