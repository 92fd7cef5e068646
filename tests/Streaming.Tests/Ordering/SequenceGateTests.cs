using Tapline.Contracts;
using Tapline.Streaming.Ordering;

namespace Tapline.Streaming.Tests.Ordering;

public sealed class SequenceGateTests
{
    static readonly byte[] KeyA = "a"u8.ToArray();
    static readonly byte[] KeyB = "b"u8.ToArray();

    [Fact]
    public void A_replayed_stretch_is_dropped_whole()
    {
        var gate = new SequenceGate();
        (SourcePosition, byte[])[] stretch =
            [(new(10, 11), KeyA), (new(10, 12), KeyB), (new(20, 15), KeyA), (new(20, 21), KeyB), (new(20, 21), KeyA)];
        Assert.All(stretch, change => Assert.True(gate.Admit(change.Item1, change.Item2)));
        Assert.All(stretch, change => Assert.False(gate.Admit(change.Item1, change.Item2)));
        Assert.True(gate.Admit(new(20, 22), KeyA));
    }

    [Fact]
    public void Different_keys_share_a_position()
    {
        var gate = new SequenceGate();
        Assert.True(gate.Admit(new(10, 11), KeyA));
        Assert.True(gate.Admit(new(10, 11), KeyB));
        Assert.False(gate.Admit(new(10, 11), KeyA));
    }

    [Fact]
    public void A_later_commit_with_a_lower_lsn_is_new()
    {
        var gate = new SequenceGate();
        Assert.True(gate.Admit(new(10, 500), KeyA));
        Assert.True(gate.Admit(new(600, 400), KeyA));
    }

    [Fact]
    public void A_restored_gate_answers_like_the_first()
    {
        var gate = new SequenceGate();
        gate.Admit(new(10, 11), KeyA);
        var restored = new SequenceGate();
        restored.Restore(gate.Highest, gate.KeysAtHighest);
        Assert.False(restored.Admit(new(10, 11), KeyA));
        Assert.True(restored.Admit(new(10, 11), KeyB));
    }
}
