// Configs to begin with.

export interface Example {
  readonly title: string;
  /** What its file would be called. */
  readonly file: string;
  readonly text: string;
}

export const EXAMPLES: readonly Example[] = [
  {
    title: "nutcracker.yml",
    file: "nutcracker.yml",
    text: `sessions:
  listen: 127.0.0.1:22121
  hash: fnv1a_64
  distribution: ketama
  hash_tag: "{}"
  auto_eject_hosts: true
  server_retry_timeout: 2000
  server_failure_limit: 1
  redis: true
  servers:
   - 10.0.0.1:6379:1 redis-1
   - 10.0.0.2:6379:1 redis-2
   - 10.0.0.3:6379:1 redis-3
   - 10.0.0.4:6379:1 redis-4

counters:
  listen: 127.0.0.1:22122
  hash: murmur
  distribution: modula
  redis: true
  servers:
   - 10.0.1.1:6379:2 counter-1
   - 10.0.1.2:6379:1 counter-2
   - 10.0.1.3:6379:1 counter-3
`,
  },
  {
    title: "with replicas and zones",
    file: "pools.yml",
    text: `sessions:
  hash: fnv1a_64
  distribution: ketama
  hash_tag: "{}"
  auto_eject_hosts: true
  on_failure: remap          # or fail, or probe
  read_from: nearest
  zone: eu-1a
  servers:
   - name: redis-1
     address: 10.0.0.1:6379
     zone: eu-1a
     replicas:
      - {address: "10.0.0.11:6379", zone: eu-1b}
   - name: redis-2
     address: 10.0.0.2:6379
     weight: 2
     zone: eu-1b
     replicas:
      - {address: "10.0.0.12:6379", zone: eu-1a}
   - name: redis-3
     address: 10.0.0.3:6379
     zone: eu-1c
     replicas:
      - {address: "10.0.0.13:6379", zone: eu-1a}
`,
  },
  {
    title: "Redis Cluster",
    file: "cluster.yml",
    text: `sessions:
  dialect: redis-cluster
  servers:
   - {name: redis-1, address: "10.0.0.1:6379", slots: "0-5460"}
   - {name: redis-2, address: "10.0.0.2:6379", slots: "5461-10922"}
   - {name: redis-3, address: "10.0.0.3:6379", slots: "10923-16383"}
`,
  },
  {
    title: "CLUSTER NODES",
    file: "cluster-nodes.txt",
    text: `07c37dfeb235213a872192d90877d0cd55635b91 127.0.0.1:30004@31004,host4 slave e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca 0 1426238317239 4 connected
67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1 127.0.0.1:30002@31002,host2 master - 0 1426238316232 2 connected 5461-10922
292f8b365bb7edb5e285caf0b7e6ddc7265d2f4f 127.0.0.1:30003@31003,host3 master - 0 1426238318243 3 connected 10923-16383
6ec23923021cf3ffec47632106199cb7f496ce01 127.0.0.1:30005@31005,host5 slave 67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1 0 1426238316232 5 connected
824fe116063bc5fcf9f4ffd895bc17aee7731ac3 127.0.0.1:30006@31006,host6 slave 292f8b365bb7edb5e285caf0b7e6ddc7265d2f4f 0 1426238317741 6 connected
e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca 127.0.0.1:30001@31001,host1 myself,master - 0 0 1 connected 0-5460
`,
  },
];
