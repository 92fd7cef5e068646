using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Tapline.Contracts;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Ordering;

namespace Tapline.Streaming.Tests.Ordering;

public sealed class TopicOrderTests
{
    [Fact]
    public void A_replayed_stretch_is_dropped_whole()
    {
        var keys = new Keys();
        (long Commit, long Lsn, string Key)[] stretch =
            [(10, 11, "a"), (10, 12, "b"), (20, 15, "a"), (20, 21, "b"), (20, 21, "a")];
        Assert.All(stretch, change => Assert.Equal(Verdict.New, keys.Apply(change.Commit, change.Lsn, change.Key)));
        Assert.All(stretch, change => Assert.Equal(Verdict.Repeat, keys.Apply(change.Commit, change.Lsn, change.Key)));
        Assert.Equal(Verdict.New, keys.Apply(20, 22, "a"));
    }

    [Fact]
    public void A_repeat_of_a_deleted_row_is_dropped_also_after_a_restart()
    {
        var keys = new Keys();
        keys.Apply(10, 11, "a");
        keys.Delete(20, 21, "a");
        keys.Apply(30, 31, "b");
        keys.Restart();
        Assert.Equal(Verdict.Repeat, keys.Apply(10, 11, "a"));
        Assert.Equal(Verdict.Repeat, keys.Delete(20, 21, "a"));
        Assert.Equal(Verdict.New, keys.Apply(30, 32, "a"));
    }

    [Fact]
    public void A_change_that_a_producer_reordered_is_applied_if_its_key_has_not_gone_on()
    {
        var keys = new Keys();
        keys.Apply(30, 31, "a");
        Assert.Equal(Verdict.New, keys.Apply(20, 21, "b"));
        Assert.Equal(Verdict.Repeat, keys.Apply(10, 11, "a"));
        Assert.Equal(Verdict.Repeat, keys.Apply(20, 21, "b"));
    }

    [Fact]
    public void Changes_with_an_lsn_alone_are_ordered_key_by_key()
    {
        var keys = new Keys();
        Assert.Equal(Verdict.New, keys.Apply(0, 500, "a"));
        Assert.Equal(Verdict.New, keys.Apply(0, 400, "b"));
        Assert.Equal(Verdict.Repeat, keys.Apply(0, 400, "b"));
        Assert.Equal(Verdict.New, keys.Apply(0, 450, "b"));
    }

    [Fact]
    public void A_connector_that_forgot_its_last_commit_is_believed_where_its_lsn_is_higher()
    {
        var keys = new Keys();
        keys.Apply(0, 5, "a");
        keys.Apply(10, 11, "a");
        Assert.Equal(Verdict.Repeat, keys.Apply(0, 5, "a"));
        Assert.Equal(Verdict.New, keys.Apply(0, 40, "a"));
    }

    [Fact]
    public void Keys_that_were_forgotten_stay_deleted_for_a_source_that_repeats_itself()
    {
        var keys = new Keys();
        var count = 3 * DeletedKeys.CountMax;
        for (var i = 1; i <= count; i++)
        {
            keys.Apply(2 * i, 2 * i, $"{i}");
            keys.Delete((2 * i) + 1, (2 * i) + 1, $"{i}");
        }
        for (var i = 1; i <= count; i++)
            Assert.Equal(Verdict.Repeat, keys.Apply(2 * i, 2 * i, $"{i}"));
        Assert.InRange(keys.Order.Deleted.Count, 1, DeletedKeys.CountMax);
    }

    [Fact]
    public void A_row_that_was_deleted_written_again_and_truncated_away_does_not_come_back()
    {
        var keys = new Keys();
        keys.Delete(10, 11, "a");
        keys.Apply(20, 21, "a");
        Assert.Equal(Verdict.New, keys.Truncate(30, 31));
        Assert.Equal(Verdict.Repeat, keys.Apply(20, 21, "a"));
        Assert.Equal(Verdict.Repeat, keys.Truncate(30, 31));
    }

    [Fact]
    public void Equal_rows_of_a_table_without_a_key_are_counted()
    {
        var gate = new SequenceGate();
        SourcePosition[] copy = [new(10, 11), new(20, 21), new(20, 21), new(20, 21)];
        Assert.All(copy, position => Assert.True(gate.AdmitKeyless(position, "run1"u8)));
        // Dies after the second row, begins at the transaction before, and then at the statement itself.
        Assert.All(copy, position => Assert.False(gate.AdmitKeyless(position, "run2"u8)));
        Assert.All(copy[1..], position => Assert.False(gate.AdmitKeyless(position, "run3"u8)));
        Assert.True(gate.AdmitKeyless(new(20, 21), "run3"u8));
    }

    [Fact]
    public void Whatever_stretch_is_sent_again_every_change_counts_once() =>
        Prop.ForAll(
            (from key in Gen.Choose(0, 6)
             from action in Gen.Choose(0, 3)
             from back in Gen.Choose(0, 12)
             select (Key: key, Action: action, Back: back)).ArrayOf().ToArbitrary(),
            steps =>
            {
                var keys = new Keys();
                var sent = new List<(long Lsn, string Key, bool IsDelete)>();
                foreach (var (key, action, back) in steps)
                {
                    sent.Add((10 * (sent.Count + 1), $"{key}", action == 0));
                    Assert.Equal(Verdict.New, keys.Send(sent[^1]));
                    if (action == 1)
                        keys.Restart();
                    if (action < 2)
                        Assert.All(sent.TakeLast(back), change => Assert.Equal(Verdict.Repeat, keys.Send(change)));
                }
            }).QuickCheckThrowOnFailure();

    /// <summary>One partition's keys as a lane holds them: rows with positions, and the order.</summary>
    sealed class Keys
    {
        readonly Dictionary<string, SourcePosition> _rows = [];

        public TopicOrder Order { get; private set; } = new();

        public Verdict Send((long Lsn, string Key, bool IsDelete) change) => change.IsDelete
            ? Delete(change.Lsn / 30 * 30, change.Lsn, change.Key)
            : Apply(change.Lsn / 30 * 30, change.Lsn, change.Key);

        public Verdict Apply(long commit, long lsn, string key)
        {
            var verdict = Judge(new SourcePosition(commit, lsn), key);
            if (verdict == Verdict.New)
                _rows[key] = new SourcePosition(commit, lsn);
            return verdict;
        }

        public Verdict Delete(long commit, long lsn, string key)
        {
            var verdict = Judge(new SourcePosition(commit, lsn), key);
            if (verdict == Verdict.New)
            {
                _rows.Remove(key);
                Order.Deleted.Add(Encoding.UTF8.GetBytes(key), new SourcePosition(commit, lsn));
            }
            return verdict;
        }

        public Verdict Truncate(long commit, long lsn)
        {
            var verdict = Order.Truncate(
                Order.Gate(0), new ChangeMeta(ChangeKind.Truncate, new(commit, lsn), 1, 0, SnapshotMark.None));
            if (verdict == Verdict.New)
                _rows.Clear();
            return verdict;
        }

        public void Restart()
        {
            var (order, gate) = (new TopicOrder(), Order.Gate(0));
            order.Gate(0).Restore(gate.Highest, gate.CountAtHighest, gate.CountInPass, gate.Run);
            order.Restore(Order.Truncates, Order.CopiedAt, Order.ReadAt, Order.Reread, Order.LatestUs);
            order.Deleted.Restore(Order.Deleted.Save(), Order.Deleted.Floor);
            Order = order;
        }

        Verdict Judge(SourcePosition position, string key)
        {
            var known = _rows.TryGetValue(key, out var row) ? row : (SourcePosition?)null;
            var verdict = Order.Judge(Order.Gate(0), position, Encoding.UTF8.GetBytes(key), known);
            if (verdict != Verdict.Repeat)
                Order.Pass(Order.Gate(0), new ChangeMeta(ChangeKind.Update, position, 1, 0, SnapshotMark.None));
            return verdict;
        }
    }
}
