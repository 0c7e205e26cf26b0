-- Texts that an article about to be published may be a copy of: id ('' before its first version), runs by which they
-- are found
-- → {token, its own record or '', id, record, id, record ..}
local id, asked = take(), take()
local own, others, free = look_around(id, asked)
return {token_of(own, others, free), own, unpack(others)}
