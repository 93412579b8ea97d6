-- What wrk sends: pageviews of 2,000 paths by 500 user agents; one of four by a visitor never seen before, of the
-- others every third with the token of an earlier answer. Arguments: data file, path, hits a request (for batches),
-- and how many milliseconds each connection pauses between two requests, on average.
local data, target, per_request
local function random(list) return list[math.random(#list)] end

local threads = 0
function setup(thread)
   thread:set("number", threads)
   threads = threads + 1
end

function init(args)
   data = dofile(args[1])
   target = args[2]
   per_request = tonumber(args[3] or "1")
   local pause = tonumber(args[4] or "0")
   if pause > 0 then delay = function() return math.random(0, 2 * pause) end end
   math.randomseed(number + 1)
   fresh = number * 4000000 + os.time() % 1000000
end

local function message(kind)
   return '{"type":"' .. kind .. '","payload":{"website":"' .. data.website .. '","url":"' .. random(data.paths)
      .. '","referrer":"","hostname":"example.com","language":"en-US","screen":"1920x1080","title":"A page"}}'
end

function request()
   local head
   local chance = math.random(12)
   if chance <= 3 then
      fresh = fresh + 1
      head = "X-Forwarded-For: 10." .. math.floor(fresh / 65536) % 256 .. "." .. math.floor(fresh / 256) % 256 .. "."
         .. fresh % 256 .. "\r\nUser-Agent: " .. random(data.agents)
   else
      local visitor = random(data.visitors)
      head = "X-Forwarded-For: " .. visitor.address .. "\r\nUser-Agent: " .. visitor.agent
      if chance <= 6 then head = head .. "\r\nX-Umami-Cache: " .. visitor.token end
   end
   local body
   if per_request == 1 then
      body = message("pageview")
   else
      local messages = {}
      for position = 1, per_request do messages[position] = message("event") end
      body = "[" .. table.concat(messages, ",") .. "]"
   end
   return "POST " .. target .. " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "
      .. #body .. "\r\n" .. head .. "\r\n\r\n" .. body
end
