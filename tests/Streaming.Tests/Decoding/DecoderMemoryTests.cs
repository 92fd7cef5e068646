using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding;

namespace Tapline.Streaming.Tests.Decoding;

public sealed class DecoderMemoryTests
{
    const int EventCount = 500;

    [Theory]
    [InlineData("c")]
    [InlineData("u")]
    [InlineData("d")]
    public void A_warm_decoder_allocates_nothing(string op)
    {
        var schema = SampleEvents.Schema;
        var decoder = new ScanningChangeDecoder(schema);
        var rows = new ChangeRows(schema);
        var events = Enumerable.Range(1, EventCount).Select(id => SampleEvents.Of(id, op)).ToArray();
        for (var round = 0; round < 3; round++)
            Decode(decoder, rows, events);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Decode(decoder, rows, events);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(0, allocated);
        Assert.Equal(EventCount, rows.Count);
        Assert.Equal(0, decoder.DeferredCount);
    }

    static void Decode(IChangeDecoder decoder, ChangeRows rows, (byte[] Key, byte[] Value)[] events)
    {
        rows.Clear();
        foreach (var (key, value) in events)
            decoder.Decode(key, false, value, false, rows);
    }
}
