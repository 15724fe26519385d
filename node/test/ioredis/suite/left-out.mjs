// Which of ioredis's own tests cannot pass over several servers, and why.
//
// Each of them must fail, and pass with ioredis itself unless that is the reason: what passes one day is taken out.

/** Files of tests that are not loaded, by reason. */
export const FILES_LEFT_OUT = {
  "it is about ioredis's own Cluster and Sentinel": ["functional/cluster", "functional/sentinel", "unit/cluster"],
  "it is about what is inside of ioredis 1, and loads that": ["functional/exports", "unit/command", "unit/commander", "unit/parser", "unit/utils"],
};

/** Tests that are not run, by reason. */
export const NOT_RUN = {
  "it passes and fails with ioredis itself, as it happens": ["monitor > should continue monitoring after reconnection"],
  "it is about ioredis's own Cluster": ["*scanStream > Cluster > should work in cluster mode"],
  "it needs an address in the network that never answers": ["connection > should close the connection when timeout"],
  "`ready` is told once, when all have connected, which may be before or after": [
    "reconnectOnError > should reconnect if reconnectOnError returns true or 1",
  ],
  "replies of several nodes have no order": ["pub/sub > should invoke the callback when subscribe successfully"],
};

/** The reason that is about ioredis, not about ShardedRedis. */
export const FAILS_WITH_IOREDIS = "it fails with ioredis itself, too, which has changed since";

/** Tests that fail, by reason; `5: ` or `6: ` before one that fails over that major only. */
export const LEFT_OUT = {
  [FAILS_WITH_IOREDIS]: [
    "*scanStream > scanStream > should recognize `COUNT`",
    "6: auth > should send auth before other commands",
    "6: auth > should resend auth after reconnect",
    'auth > should emit "authError" when the server doesn\'t need auth',
    'auth > should emit "authError" when the password is wrong',
    "connection > should send AUTH command before any other commands",
    "6: pub/sub > should reject when issue a command in the subscriber mode",
    "Redis > constructor > should parse options correctly",
    "Redis > constructor > should throw when arguments is invalid",
    "scripting > should use evalsha when script is loaded",
    "scripting > should try to use EVALSHA and fallback to EVAL if fails",
    "scripting > should load scripts first before execute pipeline",
    "select > should be sent on the connect event",
    "showFriendlyErrorStack > should show friendly error stack",
    "transaction > should support execBuffer",
  ],
  "what is about one connection is refused, for there are many": [
    "connection > connectionName > shoud name the connection if options.connectionName is not null",
    "connection > connectionName > should set the name before any subscribe command if reconnected",
  ],
  "it looks into the connection, or into what ioredis keeps for itself": [
    "connection > should clear the timeout when connected",
    "monitor > should wait for the ready event before monitoring",
    "ready_check > should retry when redis is not ready",
  ],
  "MONITOR is refused: one of `nodes()` can be asked": [
    "monitor > should receive commands",
    "monitor > should reject processing commands",
  ],
  "a transaction is `multi()` of its own, not a MULTI that is sent by itself or within a pipeline": [
    "pipeline > should support inline transaction",
    "pipeline > custom commands > should be supported in transaction blocks",
    "pipeline > exec > should group results",
    "pipeline > exec > should allow omitting callback",
    "transaction > should work without pipeline",
  ],
  "`close` is told once, when all connections are closed for good; `end` a moment after the last": [
    "connection > #connect > should stop reconnecting when disconnected",
    "connection > retryStrategy > should skip reconnecting when retryStrategy doesn't return a number",
    "connection > autoResendUnfulfilledCommands > should resend unfulfilled commands to the correct db when reconnected",
  ],
  "`connect()` waits for a client that connects already": ["connection > #connect > should reject when connected"],
  "subscriptions have connections of their own, and commands go on": [
    "5: pub/sub > should reject when issue a command in the subscriber mode",
  ],
  "its keys live on several nodes, and the command cannot be split: a hash tag would keep them together": [
    "send command > should support key prefixing for zunionstore",
  ],
  "SORT looks for BY and GET on the node of its key only": ["send command > should support key prefixing for sort"],
  "ShardedRedis is made by `new`, of nodes": ["Redis > .createClient > should redirect to constructor"],
};

/**
 * Why a test is left out.
 *
 * @param title - as the tests have it, with what it is in
 * @param major - of ioredis
 * @returns undefined where it must pass
 */
export function reasonOf(title, major) {
  return Object.keys(LEFT_OUT).find((reason) => LEFT_OUT[reason].some((entry) => entry === title || entry === `${major}: ${title}`));
}

/** Every title of {@link LEFT_OUT} for a major. */
export function titlesLeftOut(major) {
  const ofOther = new RegExp(`^(?!${major})[56]: `);
  const entries = Object.values(LEFT_OUT).flat();
  return entries.filter((entry) => !ofOther.test(entry)).map((entry) => entry.replace(/^[56]: /, ""));
}
