-- Read by Rspamd as part of local.d/rspamd.lua. A letter from outside whose From is of a domain of ours, and that neither a
-- key of that domain has signed nor DMARC lets pass, is filed as spam: where the DNS asks nothing of others, nobody else would.

-- The domains: the program writes them here.
local ours = {}

-- Domains of ours in From.
local function named(task)
  local found = {}
  for _, address in ipairs(task:get_from("mime") or {}) do
    local domain = (address.domain or ""):lower()
    if ours[domain] then found[domain] = true end
  end
  return found
end

-- Whether a signature by a key of that domain holds.
local function signed(task, domain)
  local trace = (task:get_symbol("DKIM_TRACE") or {})[1]
  for _, result in ipairs(trace and trace.options or {}) do
    if result:lower() == domain .. ":+" then return true end
  end
  return false
end

rspamd_config:register_symbol({
  name = "FROM_US_UNPROVEN",
  type = "normal",
  flags = "empty",
  score = 0,
  callback = function(task)
    local user = task:get_user()
    if (user and user ~= "") or task:has_symbol("DMARC_POLICY_ALLOW") then return end
    for domain in pairs(named(task)) do
      if not signed(task, domain) then
        task:set_pre_result("add header", "From is ours, and nothing proves it", "from_us", nil, nil, "least")
        return true, 1.0, domain
      end
    end
  end,
})
rspamd_config:register_dependency("FROM_US_UNPROVEN", "DMARC_CALLBACK")
