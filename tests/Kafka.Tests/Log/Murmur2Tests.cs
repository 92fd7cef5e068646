using System.Text;
using System.Text.Json;
using Tapline.Contracts.Log;
using Tapline.TestKit;

namespace Tapline.Kafka.Tests.Log;

public sealed class Murmur2Tests
{
    /// <summary>The pairs of Kafka's own test of its Java client.</summary>
    [Theory]
    [InlineData("21", -973932308)]
    [InlineData("foobar", -790332482)]
    [InlineData("a-little-bit-long-string", -985981536)]
    [InlineData("a-little-bit-longer-string", -1486304829)]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971)]
    [InlineData("abc", 479470107)]
    public void The_hash_is_that_of_the_java_client(string key, int expected) =>
        Assert.Equal(expected, Murmur2.Hash(Encoding.UTF8.GetBytes(key)));

    [Fact]
    public void Captured_keys_fall_into_the_partitions_that_java_chose()
    {
        if (SharedData.DebeziumFolder is not { } folder)
        {
            Assert.Skip("the captured Debezium records are not beside this repository");
            return;
        }
        var count = 0;
        foreach (var line in Directory.EnumerateFiles(folder, "*.jsonl").SelectMany(File.ReadLines))
        {
            using var record = JsonDocument.Parse(line);
            if (record.RootElement.GetProperty("p4") is not { ValueKind: JsonValueKind.Number } expected)
                continue;
            var key = Encoding.UTF8.GetBytes(record.RootElement.GetProperty("key").GetString()!);
            Assert.Equal(expected.GetInt32(), Murmur2.Partition(key, 4));
            count++;
        }
        Assert.True(count > 1000, $"only {count} keys were found");
    }
}
