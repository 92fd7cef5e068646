using System.Diagnostics;
using System.Text.Json;
using Tapline.Streaming.Decoding;

namespace Tapline.Streaming.Tests.Decoding;

/// <summary>Measures, asserts nothing; runs only when asked for, in a release build: <c>-explicit only -class
/// '*DecoderSpeed'</c>.</summary>
public sealed class DecoderSpeed(ITestOutputHelper output)
{
    const int EventCount = 2_000; // Small enough for the second-level cache.
    const int Rounds = 200;

    [Fact(Explicit = true)]
    public void Nanoseconds_an_event()
    {
        var events = Enumerable.Range(1, EventCount)
            .Select(static id => SampleEvents.Of(id, "u", plainText: true)).ToArray();
        var bytes = events.Average(static record => record.Value.Length);
        var rows = new ChangeRows(SampleEvents.Schema);
        var fast = new ScanningChangeDecoder(SampleEvents.Schema);
        var plain = new JsonChangeDecoder(SampleEvents.Schema);
        for (var turn = 0; turn < 4; turn++)
        {
            Report("scanner", bytes, () => Decode(fast, rows, events));
            Report("plain", bytes, () => Decode(plain, rows, events));
            Report("JsonDocument, parse and look up only", bytes, () => Parse(events));
        }
        output.WriteLine($"{bytes:F0} bytes an event, {fast.DeferredCount} deferred");
    }

    static void Decode(IChangeDecoder decoder, ChangeRows rows, (byte[] Key, byte[] Value)[] events)
    {
        rows.Clear();
        foreach (var (key, value) in events)
            decoder.Decode(key, false, value, false, rows);
    }

    static void Parse((byte[] Key, byte[] Value)[] events)
    {
        foreach (var (_, value) in events)
        {
            using var document = JsonDocument.Parse(value);
            foreach (var field in document.RootElement.GetProperty("after").EnumerateObject())
                _ = field.Value.GetRawText().Length;
        }
    }

    void Report(string name, double bytes, Action run)
    {
        var before = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        for (var round = 0; round < Rounds; round++)
            run();
        var nanoseconds = clock.Elapsed.TotalNanoseconds / Rounds / EventCount;
        var cpu = (Environment.CpuUsage.TotalTime - before).TotalNanoseconds / Rounds / EventCount;
        output.WriteLine(
            $"{name}: {nanoseconds:F0} ns by the clock, {cpu:F0} ns of processor, {bytes / cpu * 1000:F0} MB/s");
    }
}
