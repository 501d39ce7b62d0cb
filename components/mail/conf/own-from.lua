-- Read by Rspamd as local.d/rspamd.lua. A person who is logged in writes as who sends: each address in From and Sender,
-- the written name included, is the envelope's sender, which Postfix has held against what the login may send as.
-- Mail of the stack's programs (user "stack") passes; they write in the name of others. So do bounces (user "notices").

local refusal = "Fra-adressen er ikke din: send fra en af dine egne adresser eller en faelles postkasse, du maa sende fra. / "
  .. "The From address is not yours: send from one of your own addresses or a shared mailbox you may send as."

-- The address without its tag after "+", in small letters.
local function plain(address)
  return (address:lower():gsub("^([^@+]+)%+[^@]*@", "%1@"))
end

-- How often a header stands there, the old way of writing it with a space before the colon included.
local function count(task, name)
  local found = 0
  for line in ("\n" .. tostring(task:get_raw_headers() or "")):gmatch("\n([%w-]+)[ \t]*:") do
    if line:lower() == name then found = found + 1 end
  end
  return found
end

-- Whether a header names nobody but the sender.
local function own(task, name, sender)
  local header = task:get_header_full(name)
  if not header or #header ~= 1 then return false end
  local text = tostring(header[1].decoded or header[1].value or "")
  local named = 0
  for word in text:gmatch("[^%s<>\"(),;:%[%]\\]+@[^%s<>\"(),;:%[%]\\]+") do
    named = named + 1
    if plain((word:gsub("^['.]+", ""):gsub("['.]+$", ""))) ~= sender then return false end
  end
  return named > 0
end

local function is_own(task)
  local envelope, from = task:get_from("smtp"), task:get_from("mime")
  local sender = envelope and envelope[1] and plain(envelope[1].addr or "") or ""
  if sender == "" or not from or #from ~= 1 or plain(from[1].addr or "") ~= sender then return false end
  if count(task, "from") ~= 1 or not own(task, "From", sender) then return false end
  local senders = count(task, "sender")
  return senders == 0 or (senders == 1 and own(task, "Sender", sender))
end

rspamd_config:register_symbol({
  name = "FROM_NOT_OWN",
  type = "prefilter",
  priority = 10,
  flags = "empty",
  callback = function(task)
    local user = task:get_user()
    if not user or user == "" or user == "stack" or user == "notices" then return end
    -- Whatever cannot be read is refused too.
    local read, good = pcall(is_own, task)
    if not (read and good) then task:set_pre_result("reject", refusal, "from_not_own") end
  end,
})
