-- Asks the stack's access service whether a login and a password belong together, and whose they are.
local json = require "cjson.safe"

local client
local token
local url
local protocols = { imap = "imap", sieve = "sieve", smtp = "smtp", submission = "smtp", doveadm = "imap" }

function script_init(args)
  url = args["url"]
  local file = assert(io.open(args["token_file"], "r"))
  token = file:read("*a"):gsub("%s+$", "")
  file:close()
  client = dovecot.http.client({
    request_max_attempts = "1",
    connect_timeout = "3s",
    -- A controller that hangs costs the access service a few seconds.
    request_timeout = "15s",
  })
end

local function ask(req, password)
  local request = client:request({ url = url .. "/verify", method = "POST" })
  request:add_header("Content-Type", "application/json")
  request:add_header("Authorization", "Bearer " .. token)
  request:set_payload(json.encode({
    protocol = protocols[req.protocol] or protocols[req.service] or "imap",
    login = req.user,
    password = password,
    address = req.remote_ip ~= "" and req.remote_ip or nil,
  }))
  return request:submit()
end

function auth_password_verify(req, password)
  local auth = dovecot.auth
  local response = ask(req, password)
  local status = response:status()
  local answer = json.decode(response:payload() or "")
  if status == 200 and answer and answer.guid then
    return auth.PASSDB_RESULT_OK, { user = answer.guid }
  elseif status == 401 then
    local reason = answer and answer.reason
    if reason == "closed" then return auth.PASSDB_RESULT_USER_DISABLED, "the account is closed" end
    if reason == "appPasswordRequired" then
      return auth.PASSDB_RESULT_PASSWORD_MISMATCH, "an app password is required"
    end
    return auth.PASSDB_RESULT_PASSWORD_MISMATCH, "wrong login or password"
  elseif status == 429 then
    return auth.PASSDB_RESULT_INTERNAL_FAILURE, "too many wrong passwords"
  end
  return auth.PASSDB_RESULT_INTERNAL_FAILURE, "access service: " .. tostring(status) .. " " .. tostring(response:reason())
end

-- Nothing is remembered: the limiter and the person's state are asked every time.
function auth_passdb_get_cache_key()
  return ""
end
