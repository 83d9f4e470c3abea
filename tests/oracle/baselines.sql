-- External egress per entity in windows of five minutes, exactly; the rules are those of the contract.
-- Parameters of the query: $files, a pattern; $by_start, whether a record counts whole where it starts.
CREATE MACRO octet(ip, place) AS TRY_CAST(split_part(ip, '.', place) AS INTEGER);

CREATE MACRO is_private(ip) AS CASE
  WHEN contains(ip, ':') THEN regexp_matches(ip, '^(::1?$|f[cdf]|fe[89ab])')
  ELSE octet(ip, 1) IN (0, 10, 127) OR octet(ip, 1) >= 224
    OR (octet(ip, 1) = 192 AND octet(ip, 2) = 168)
    OR (octet(ip, 1) = 172 AND octet(ip, 2) BETWEEN 16 AND 31)
    OR (octet(ip, 1) = 169 AND octet(ip, 2) = 254)
    OR (octet(ip, 1) = 100 AND octet(ip, 2) BETWEEN 64 AND 127)
END;

-- What lies before a moment, rounded down, so that the shares of a record add up to it.
CREATE MACRO before(bytes, start, until, moment) AS
  CAST(bytes AS HUGEINT) * greatest(least(moment, until) - start, 0) // (until - start);

CREATE MACRO at_rank(sorted, percent) AS sorted[greatest((len(sorted) * percent + 99) // 100, 1)];

WITH flows AS (
  SELECT
    "interface-id" AS interface,
    "instance-id" AS instance,
    "srcaddr" AS src,
    "dstaddr" AS dst,
    "pkt-srcaddr" AS packet_src,
    "pkt-dstaddr" AS packet_dst,
    "pkt-dst-aws-service" AS service,
    "flow-direction" = 'egress' AS egress,
    "action" AS action,
    CAST("bytes" AS BIGINT) AS bytes,
    CAST("start" AS BIGINT) AS start,
    CAST("end" AS BIGINT) + 1 AS until
  FROM read_csv($files, delim = ' ', header = true, nullstr = '-', all_varchar = true)
  WHERE "srcaddr" IS NOT NULL
),
gateways AS (
  SELECT DISTINCT interface FROM flows
  WHERE instance IS NULL
    AND ((packet_dst <> dst AND NOT is_private(packet_dst)) OR (packet_src <> src AND NOT is_private(packet_src)))
),
logging AS (
  SELECT DISTINCT if(egress, src, dst) AS address FROM flows
  WHERE interface NOT IN (FROM gateways)
),
counted AS (
  SELECT
    CASE WHEN interface IN (FROM gateways) THEN src || '@' || interface ELSE coalesce(instance, interface) END AS entity,
    bytes, start, until
  FROM flows
  WHERE bytes IS NOT NULL
    AND action IS DISTINCT FROM 'REJECT'
    AND NOT is_private(coalesce(packet_dst, dst))
    AND coalesce(service NOT IN (
      'S3', 'DYNAMODB', 'API_GATEWAY', 'KINESIS_VIDEO_STREAMS', 'EBS', 'CODEBUILD', 'ROUTE53',
      'ROUTE53_HEALTHCHECKS', 'ROUTE53_HEALTHCHECKS_PUBLISHING', 'ROUTE53_RESOLVER',
      'EC2_INSTANCE_CONNECT', 'WORKSPACES_GATEWAYS'), true)
    AND CASE
      WHEN interface NOT IN (FROM gateways) THEN egress
      ELSE packet_dst <> dst AND is_private(src) AND src NOT IN (FROM logging)
    END
),
parts AS (
  SELECT entity, bytes, start, until,
    unnest(range(start // 300, if($by_start, start // 300, (until - 1) // 300) + 1)) AS number
  FROM counted
),
windows AS (
  SELECT entity, number, CAST(sum(CASE
    WHEN $by_start THEN bytes
    ELSE before(bytes, start, until, (number + 1) * 300) - before(bytes, start, until, number * 300)
  END) AS BIGINT) AS bytes
  FROM parts GROUP BY entity, number
),
sorted AS (
  SELECT entity, list_sort(list(bytes)) AS bytes FROM windows WHERE bytes > 0 GROUP BY entity
)
SELECT entity, len(bytes) AS windows,
  at_rank(bytes, 50) AS p50, at_rank(bytes, 90) AS p90, at_rank(bytes, 95) AS p95, at_rank(bytes, 99) AS p99,
  list_max(bytes) AS peak, CAST(list_sum(bytes) AS BIGINT) AS total_bytes
FROM sorted
