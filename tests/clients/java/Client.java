// Jedis through the proxy.

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.AbstractTransaction;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.params.SetParams;
import redis.clients.jedis.resps.ScanResult;

public class Client {
  private static final String SCRIPT = "return redis.call('incrby', KEYS[1], ARGV[1])";
  private static final List<String> MANY = new ArrayList<>();

  private final int port;
  private final int locked;
  private final String password;
  private final RedisProtocol protocol;

  private interface Check {
    void run() throws Exception;
  }

  private Client(String[] words) {
    port = Integer.parseInt(words[0]);
    locked = Integer.parseInt(words[1]);
    password = words[2];
    protocol = words[3].equals("default") ? null : words[3].equals("3") ? RedisProtocol.RESP3 : RedisProtocol.RESP2;
  }

  public static void main(String[] words) throws Exception {
    for (int number = 0; number < 100; number++) MANY.add("key:" + number);
    new Client(words).run();
    System.exit(0);
  }

  /** With one connection, so that it is known which. */
  private RedisClient open(int port, String password) {
    DefaultJedisClientConfig.Builder config = DefaultJedisClientConfig.builder();
    if (protocol != null) config.protocol(protocol);
    if (password != null) config.password(password);
    ConnectionPoolConfig one = new ConnectionPoolConfig();
    one.setMaxTotal(1);
    return RedisClient.builder().hostAndPort("127.0.0.1", port).clientConfig(config.build()).poolConfig(one).build();
  }

  private static String version() {
    Properties properties = new Properties();
    try (InputStream file = RedisClient.class.getResourceAsStream("pom.properties")) {
      properties.load(file);
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
    return properties.getProperty("version");
  }

  @SuppressWarnings("deprecation") // What replaces it in Jedis 8 is not there in 7.
  private static Object call(RedisClient client, String... words) {
    ProtocolCommand command = () -> words[0].getBytes(UTF_8);
    Object reply = client.sendCommand(command, Arrays.copyOfRange(words, 1, words.length));
    return reply instanceof byte[] ? new String((byte[]) reply, UTF_8) : reply;
  }

  private void run() {
    RedisClient client = open(port, null);
    RedisClient other = open(port, null);
    Matcher resp = Pattern.compile(" resp=(\\d)").matcher(text(call(client, "CLIENT", "INFO")));
    holds(resp.find());
    System.out.println(
        "{\"client\":\"Jedis\",\"version\":" + quoted(version()) + ",\"protocol\":" + resp.group(1) + "}");

    check("connect", () -> {
      try (RedisClient fresh = open(port, null)) {
        equal(fresh.ping(), "PONG");
        equal(call(fresh, "QUIT"), "OK");
      }
    });
    check("set and get", () -> {
      equal(client.set("a", "1", SetParams.setParams().ex(100)), "OK");
      equal(client.get("a"), "1");
      equal(client.get("none"), null);
    });
    check("binary", () -> {
      byte[] all = new byte[256];
      for (int number = 0; number < all.length; number++) all[number] = (byte) number;
      client.set(all, all);
      holds(Arrays.equals(client.get(all), all));
    });
    check("mget and mset", () -> {
      List<String> pairs = new ArrayList<>();
      List<String> wanted = new ArrayList<>();
      for (int number = 0; number < MANY.size(); number++) {
        pairs.addAll(List.of(MANY.get(number), "" + number));
        wanted.add("" + number);
      }
      equal(client.mset(pairs.toArray(new String[0])), "OK");
      wanted.add(null);
      equal(client.mget(with(MANY, "none")), wanted);
    });
    check("maps and scores", () -> {
      client.hset("hash", Map.of("a", "1", "b", "2"));
      equal(client.hgetAll("hash"), Map.of("a", "1", "b", "2"));
      client.zadd("scores", Map.of("a", 1.5, "b", 2.0));
      equal(client.zscore("scores", "a"), 1.5);
    });
    check("pipeline", () -> {
      List<Response<?>> replies = new ArrayList<>();
      try (Pipeline pipeline = client.pipelined()) {
        for (String key : MANY) {
          replies.add(pipeline.incr("p:" + key));
          replies.add(pipeline.get(key));
        }
        pipeline.sync();
      }
      for (int number = 0; number < MANY.size(); number++) {
        equal(replies.get(2 * number).get(), 1L);
        equal(replies.get(2 * number + 1).get(), "" + number);
      }
    });
    check("unknown command", () -> {
      Object id = call(client, "CLIENT", "ID");
      holds(refused(() -> call(client, "NOSUCH", "a")).contains("unknown command 'NOSUCH'"));
      equal(client.get("a"), "1");
      equal(call(client, "CLIENT", "ID"), id);
    });
    check("del", () -> {
      equal(client.exists(with(MANY, "a", "none")), 101L);
      equal(client.del(with(MANY.subList(50, 100), "a", "none")), 51L);
      equal(client.unlink(MANY.get(0)), 1L);
      equal(client.get("a"), null);
    });
    check("transaction", () -> {
      try (AbstractTransaction transaction = client.transaction(false)) {
        transaction.watch("{t}a");
        transaction.multi();
        transaction.set("{t}a", "1");
        transaction.incr("{t}a");
        transaction.get("{t}b");
        equal(transaction.exec(), Arrays.asList("OK", 2L, null));
        transaction.watch("{t}a");
        other.set("{t}a", "5");
        transaction.multi();
        transaction.incr("{t}a");
        equal(transaction.exec(), null);
      }
      equal(client.get("{t}a"), "5");
    });
    check("blocking pop", () -> {
      equal(other.blpop(0.1, "list"), null);
      CompletableFuture<Object> popped = CompletableFuture.supplyAsync(() -> other.blpop(20.0, "list").getValue());
      Thread.sleep(100);
      client.rpush("list", "x");
      equal(popped.get(30, TimeUnit.SECONDS), "x");
    });
    check("pub/sub", () -> publishAndSubscribe(client));
    check("scan", () -> {
      List<String> pairs = new ArrayList<>();
      Set<String> wanted = new HashSet<>();
      for (String key : MANY) {
        pairs.addAll(List.of("scan:" + key, ""));
        wanted.add("scan:" + key);
      }
      client.mset(pairs.toArray(new String[0]));
      Set<String> found = new HashSet<>();
      String cursor = ScanParams.SCAN_POINTER_START;
      do {
        ScanResult<String> page = client.scan(cursor, new ScanParams().match("scan:*").count(7));
        found.addAll(page.getResult());
        cursor = page.getCursor();
      } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
      equal(found, wanted);
    });
    check("script", () -> {
      equal(client.scriptFlush(), "OK");
      holds(refused(() -> client.evalsha("0".repeat(40), 1, "s", "1")).startsWith("NOSCRIPT"));
      equal(client.eval(SCRIPT, 1, "script:one", "3"), 3L);
      String digest = text(call(client, "SCRIPT", "LOAD", SCRIPT));
      for (String key : MANY) equal(client.evalsha(digest, 1, "script:" + key, "3"), 3L);
      equal(client.eval("return 7"), 7L);
    });
    check("info", () -> {
      holds(client.info().contains("redis_version:"));
      holds(client.info("server").contains("redis_version:"));
    });
    check("client commands", () -> {
      equal(call(client, "CLIENT", "SETNAME", "me"), "OK");
      equal(call(client, "CLIENT", "GETNAME"), "me");
      Object id = call(client, "CLIENT", "ID");
      String info = text(call(client, "CLIENT", "INFO"));
      holds(info.startsWith("id=" + id + " ") && info.contains(" name=me ") && info.contains(" lib-name=jedis"));
      String all = text(call(client, "CLIENT", "LIST"));
      holds(Pattern.compile("^id=" + id + " .* name=me ", Pattern.MULTILINE).matcher(all).find());
      equal(call(client, "CLIENT", "NO-EVICT", "ON"), "OK");
      equal(call(client, "CLIENT", "NO-TOUCH", "ON"), "OK");
      equal(call(client, "SELECT", "0"), "OK");
      equal(call(client, "ECHO", "hello"), "hello");
    });
    check("1 MB", () -> {
      byte[] large = "keyhome ".repeat(1 << 17).getBytes(UTF_8);
      client.set("large".getBytes(UTF_8), large);
      holds(Arrays.equals(client.get("large".getBytes(UTF_8)), large));
    });
    check("password", () -> {
      try (RedisClient known = open(locked, password)) {
        known.set("a", "1");
        equal(known.get("a"), "1");
      }
      for (String wrong : new String[] {"wrong", null}) {
        try (RedisClient unknown = open(locked, wrong)) {
          refused(() -> unknown.get("a"));
        }
      }
    });
  }

  private void publishAndSubscribe(RedisClient client) throws Exception {
    CountDownLatch subscribed = new CountDownLatch(3);
    List<String> heard = Collections.synchronizedList(new ArrayList<>());
    JedisPubSub listener = new JedisPubSub() {
      @Override
      public void onSubscribe(String channel, int count) {
        subscribed.countDown();
        if (count == 2) psubscribe("weather.*");
      }

      @Override
      public void onPSubscribe(String pattern, int count) {
        subscribed.countDown();
      }

      @Override
      public void onMessage(String channel, String message) {
        hear(channel + ": " + message);
      }

      @Override
      public void onPMessage(String pattern, String channel, String message) {
        hear(channel + ": " + message);
      }

      private void hear(String message) {
        heard.add(message);
        if (heard.size() == 3) {
          unsubscribe();
          punsubscribe();
        }
      }
    };
    RedisClient subscriber = open(port, null);
    CompletableFuture<Void> ended = CompletableFuture.runAsync(() -> subscriber.subscribe(listener, "news", "sports"));
    holds(subscribed.await(20, TimeUnit.SECONDS));
    List<String> wanted = new ArrayList<>();
    for (String channel : List.of("news", "sports", "weather.today")) {
      client.publish(channel, "of " + channel);
      wanted.add(channel + ": of " + channel);
    }
    ended.get(20, TimeUnit.SECONDS);
    equal(new ArrayList<>(new TreeSet<>(heard)), wanted);
    equal(subscriber.get("none"), null);
    subscriber.close();
  }

  private static String[] with(List<String> keys, String... more) {
    List<String> all = new ArrayList<>(keys);
    all.addAll(Arrays.asList(more));
    return all.toArray(new String[0]);
  }

  /** Jedis 7 leaves in it what RESP3 puts before texts, whatever the server is. */
  private static String text(Object reply) {
    String text = (String) reply;
    return text.startsWith("txt:") ? text.substring(4) : text;
  }

  private static String refused(Check call) throws Exception {
    try {
      call.run();
    } catch (JedisException error) {
      return String.valueOf(error.getMessage());
    }
    throw new AssertionError("it is not refused");
  }

  private static void holds(boolean condition) {
    if (!condition) throw new AssertionError("it does not hold");
  }

  private static void equal(Object got, Object wanted) {
    if (!Objects.equals(got, wanted)) throw new AssertionError(got + " and not " + wanted);
  }

  private static void check(String name, Check check) {
    String error = "null";
    try {
      check.run();
    } catch (Throwable problem) {
      StringBuilder where = new StringBuilder();
      for (StackTraceElement line : problem.getStackTrace()) {
        if ("Client.java".equals(line.getFileName())) where.append(" at line ").append(line.getLineNumber());
      }
      error = quoted(problem + where.toString());
    }
    System.out.println("{\"check\":" + quoted(name) + ",\"error\":" + error + "}");
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char letter : text.toCharArray()) {
      if (letter == '"' || letter == '\\') quoted.append('\\').append(letter);
      else if (letter < ' ') quoted.append(String.format("\\u%04x", (int) letter));
      else quoted.append(letter);
    }
    return quoted.append('"').toString();
  }
}
