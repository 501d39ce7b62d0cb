-- Read by Rspamd as part of local.d/rspamd.lua. Postfix cuts a header off at 60,000 characters and says nothing, e.g. the
-- end of a list of recipients. Whoever wrote such a letter is told to write another.

local most = 59000
local long = "En linje i brevets hoved er for lang, f.eks. listen over modtagere: skriv dem i Bcc, eller skriv til en gruppe. / "
  .. "A header of the letter is too long, e.g. the list of recipients: use Bcc, or write to a group."

rspamd_config:register_symbol({
  name = "HEADER_TOO_LONG",
  type = "prefilter",
  priority = 9,
  flags = "empty",
  callback = function(task)
    local length = 0
    for line in tostring(task:get_raw_headers() or ""):gmatch("[^\n]*\n?") do
      -- A line that begins with a space belongs to the header before.
      length = (line:find("^[ \t]") and length or 0) + #line
      if length > most then
        task:set_pre_result("reject", long, "long_header")
        return
      end
    end
  end,
})
