using System.Text;
using Tapline.Streaming.Devices;
using Tapline.Streaming.Ordering;

namespace Tapline.Streaming.Tests.Devices;

public sealed class SeenDevicesTests
{
    static readonly byte[] Device = "d1"u8.ToArray();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    // An epoch is on its way to the lake while the next one is open already.
    [Theory, MemberData(nameof(Seeds))]
    public void What_the_lake_does_not_have_yet_is_never_let_go(int seed)
    {
        var random = new Random(seed);
        var seen = new SeenDevices();
        var (open, closed, lake) = (new HashSet<(int, long)>(), new HashSet<(int, long)>(), new HashSet<(int, long)>());
        for (var round = 0; round < 30; round++)
        {
            for (var i = random.Next(200); i > 0; i--)
                Take(random.Next(Math.Max(0, round / 3 - 6), round / 3 + 1), random.Next(400));
            if (round % 2 == 0)
            {
                seen.Close();
                (closed, open) = (open, []);
                continue;
            }
            seen.Settle();
            lake.UnionWith(closed);
            closed.Clear();
        }
        Assert.NotEmpty(lake);

        void Take(int boot, long number)
        {
            var name = Encoding.UTF8.GetBytes($"bboot {boot}");
            var verdict = seen.Judge(Device, name, number);
            if (open.Contains((boot, number)) || closed.Contains((boot, number)))
                Assert.Equal(Verdict.Repeat, verdict);
            else if (lake.Contains((boot, number)))
                Assert.NotEqual(Verdict.New, verdict);
            else
                Assert.NotEqual(Verdict.Repeat, verdict);
            if (verdict is null)
                TakeOver(boot, name);
            if (verdict is Verdict.Repeat || lake.Contains((boot, number)))
                return;
            seen.Add(Device, name, number);
            open.Add((boot, number));
        }

        void TakeOver(int boot, byte[] name)
        {
            seen.BeginTakeOver(Device, name);
            foreach (var (_, number) in lake.Where(one => one.Item1 == boot))
                seen.TakeOver(Device, name, number, number);
        }
    }
}
