// go-redis through the proxy.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

const script = "return redis.call('incrby', KEYS[1], ARGV[1])"

var (
	ctx  = context.Background()
	at   = ofArguments()
	many = make([]string, 100)
)

func opened(address, password string) *redis.Client {
	return redis.NewClient(&redis.Options{Addr: address, Password: password, Protocol: at.protocol})
}

func main() {
	for number := range many {
		many[number] = fmt.Sprintf("key:%d", number)
	}
	client, other := opened(at.open, ""), opened(at.open, "")
	// One connection, where it matters which.
	same := client.Conn()
	info := must(same.Do(ctx, "CLIENT", "INFO").Text())
	protocol := must(strconv.Atoi(regexp.MustCompile(` resp=(\d)`).FindStringSubmatch(info)[1]))
	say(map[string]any{"client": "go-redis", "version": redis.Version(), "protocol": protocol})

	check("connect", func() {
		fresh := opened(at.open, "")
		equal(must(fresh.Ping(ctx).Result()), "PONG")
		equal(must(fresh.Do(ctx, "QUIT").Text()), "OK")
		done(fresh.Close())
	})
	check("set and get", func() {
		equal(must(client.Set(ctx, "a", "1", 100*time.Second).Result()), "OK")
		equal(must(client.Get(ctx, "a").Result()), "1")
		absent(client.Get(ctx, "none").Err())
	})
	check("binary", func() {
		all := make([]byte, 256)
		for number := range all {
			all[number] = byte(number)
		}
		done(client.Set(ctx, string(all), all, 0).Err())
		equal(must(client.Get(ctx, string(all)).Bytes()), all)
	})
	check("mget and mset", func() {
		var pairs []any
		var wanted []any
		for number, key := range many {
			pairs = append(pairs, key, number)
			wanted = append(wanted, strconv.Itoa(number))
		}
		equal(must(client.MSet(ctx, pairs...).Result()), "OK")
		equal(must(client.MGet(ctx, append(append([]string{}, many...), "none")...).Result()), append(wanted, nil))
	})
	check("maps and scores", func() {
		done(client.HSet(ctx, "hash", "a", "1", "b", "2").Err())
		equal(must(client.HGetAll(ctx, "hash").Result()), map[string]string{"a": "1", "b": "2"})
		done(client.ZAdd(ctx, "scores", redis.Z{Score: 1.5, Member: "a"}, redis.Z{Score: 2, Member: "b"}).Err())
		equal(must(client.ZScore(ctx, "scores", "a").Result()), 1.5)
	})
	check("pipeline", func() {
		pipeline := client.Pipeline()
		for _, key := range many {
			pipeline.Incr(ctx, "p:"+key)
			pipeline.Get(ctx, key)
		}
		replies := must(pipeline.Exec(ctx))
		equal(len(replies), 2*len(many))
		for number := range many {
			equal(replies[2*number].(*redis.IntCmd).Val(), 1)
			equal(replies[2*number+1].(*redis.StringCmd).Val(), strconv.Itoa(number))
		}
	})
	check("unknown command", func() {
		id := must(same.ClientID(ctx).Result())
		refusedWith(same.Do(ctx, "NOSUCH", "a").Err(), "unknown command 'NOSUCH'")
		equal(must(same.Get(ctx, "a").Result()), "1")
		equal(must(same.ClientID(ctx).Result()), id)
	})
	check("del", func() {
		equal(must(client.Exists(ctx, append([]string{"a", "none"}, many...)...).Result()), 101)
		equal(must(client.Del(ctx, append([]string{"a", "none"}, many[50:]...)...).Result()), 51)
		equal(must(client.Unlink(ctx, many[0]).Result()), 1)
		absent(client.Get(ctx, "a").Err())
	})
	check("transaction", func() {
		done(client.Watch(ctx, func(transaction *redis.Tx) error {
			_, err := transaction.TxPipelined(ctx, func(commands redis.Pipeliner) error {
				commands.Set(ctx, "{t}a", "1", 0)
				commands.Incr(ctx, "{t}a")
				return nil
			})
			return err
		}, "{t}a"))
		equal(must(client.Get(ctx, "{t}a").Result()), "2")
		err := client.Watch(ctx, func(transaction *redis.Tx) error {
			done(other.Set(ctx, "{t}a", "5", 0).Err())
			_, err := transaction.TxPipelined(ctx, func(commands redis.Pipeliner) error {
				return commands.Incr(ctx, "{t}a").Err()
			})
			return err
		}, "{t}a")
		equal(err, error(redis.TxFailedErr))
		equal(must(client.Get(ctx, "{t}a").Result()), "5")
	})
	check("blocking pop", func() {
		// In whole seconds, as go-redis would have it.
		absent(other.BLPop(ctx, time.Second, "list").Err())
		popped := make(chan *redis.StringSliceCmd)
		go func() { popped <- other.BLPop(ctx, 20*time.Second, "list") }()
		time.Sleep(100 * time.Millisecond)
		done(client.RPush(ctx, "list", "x").Err())
		equal(must((<-popped).Result()), []string{"list", "x"})
	})
	check("pub/sub", func() {
		subscriber := client.Subscribe(ctx, "news", "sports")
		done(subscriber.PSubscribe(ctx, "weather.*"))
		for range 3 {
			must(must(subscriber.ReceiveTimeout(ctx, 20*time.Second)).(*redis.Subscription), nil)
		}
		channels := []string{"news", "sports", "weather.today"}
		for _, channel := range channels {
			done(client.Publish(ctx, channel, "of "+channel).Err())
		}
		var heard []string
		for range channels {
			message := must(subscriber.ReceiveTimeout(ctx, 20*time.Second)).(*redis.Message)
			equal(message.Payload, "of "+message.Channel)
			heard = append(heard, message.Channel)
		}
		sort.Strings(heard)
		equal(heard, channels)
		done(subscriber.Unsubscribe(ctx))
		done(subscriber.PUnsubscribe(ctx))
		done(subscriber.Close())
	})
	check("scan", func() {
		var pairs []any
		for _, key := range many {
			pairs = append(pairs, "scan:"+key, "")
		}
		done(client.MSet(ctx, pairs...).Err())
		found := map[string]bool{}
		keys := client.Scan(ctx, 0, "scan:*", 7).Iterator()
		for keys.Next(ctx) {
			found[keys.Val()] = true
		}
		done(keys.Err())
		equal(len(found), len(many))
		for _, key := range many {
			equal(found["scan:"+key], true)
		}
	})
	check("script", func() {
		done(client.ScriptFlush(ctx).Err())
		add := redis.NewScript(script)
		err := client.EvalSha(ctx, add.Hash(), []string{"s"}, 1).Err()
		refusedWith(err, "NOSCRIPT")
		for _, key := range many {
			equal(must(add.Run(ctx, client, []string{"script:" + key}, 3).Int()), 3)
		}
		digest := must(client.ScriptLoad(ctx, script).Result())
		equal(must(client.EvalSha(ctx, digest, []string{"script:" + many[7]}, 3).Int()), 6)
		equal(must(client.Eval(ctx, "return 7", nil).Int()), 7)
	})
	check("info", func() {
		for _, sections := range [][]string{nil, {"server"}} {
			text := must(client.Info(ctx, sections...).Result())
			equal(strings.Contains(text, "redis_version:"), true)
		}
	})
	check("client commands", func() {
		equal(must(same.ClientSetName(ctx, "me").Result()), true)
		equal(must(same.ClientGetName(ctx).Result()), "me")
		id := must(same.ClientID(ctx).Result())
		info := must(same.ClientInfo(ctx).Result())
		equal([]any{info.ID, info.Name}, []any{id, "me"})
		equal(strings.HasPrefix(info.LibName, "go-redis"), true)
		line := regexp.MustCompile(fmt.Sprintf(`(?m)^id=%d .* name=me `, id))
		equal(line.MatchString(must(same.ClientList(ctx).Result())), true)
		equal(must(same.Do(ctx, "CLIENT", "NO-EVICT", "ON").Text()), "OK")
		equal(must(same.Select(ctx, 0).Result()), "OK")
		equal(must(same.Echo(ctx, "hello").Result()), "hello")
	})
	check("1 MB", func() {
		large := bytes.Repeat([]byte("keyhome "), 1<<17)
		done(client.Set(ctx, "large", large, 0).Err())
		equal(bytes.Equal(must(client.Get(ctx, "large").Bytes()), large), true)
	})
	check("password", func() {
		known := opened(at.locked, at.password)
		done(known.Set(ctx, "a", "1", 0).Err())
		equal(must(known.Get(ctx, "a").Result()), "1")
		done(known.Close())
		for _, password := range []string{"wrong", ""} {
			unknown := opened(at.locked, password)
			err := unknown.Get(ctx, "a").Err()
			if err == nil || errors.Is(err, redis.Nil) {
				fail("password %q is not refused: %v", password, err)
			}
			done(unknown.Close())
		}
	})
}

func absent(err error) {
	if !errors.Is(err, redis.Nil) {
		fail("it is there, or fails with %v", err)
	}
}

func refusedWith(err error, words string) {
	if err == nil || !strings.Contains(err.Error(), words) {
		fail("it is not refused with %q but gives %v", words, err)
	}
}
