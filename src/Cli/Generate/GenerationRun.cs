using Tapline.Cli.Generate.Business;
using Tapline.Cli.Generate.Expected;
using Tapline.Cli.Generate.Targets;
using Tapline.Cli.Terminal;

namespace Tapline.Cli.Generate;

/// <summary>Lets a business live from its first day to its last, and brings what happens to the targets.</summary>
sealed class GenerationRun(GeneratorOptions options, Screen screen, TimeProvider time)
{
    static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);

    /// <summary>What must come out.</summary>
    public BarLedger Ledger { get; } = new(options);

    /// <summary>Runs it; the books go to a folder where one is given.</summary>
    public async Task<GenerationReport> RunAsync(
        IReadOnlyList<IBarTarget> targets, string? folder, CancellationToken ct)
    {
        if (folder is not null)
        {
            Directory.CreateDirectory(folder);
            foreach (var book in Ledger.Books)
                book.WriteTo(folder);
        }
        var began = time.GetTimestamp();
        var (told, toldCount) = (began, 0L);
        foreach (var happened in new BarCompany(options, Ledger).Events())
        {
            foreach (var target in targets)
                await target.TakeAsync(happened, ct);
            ct.ThrowIfCancellationRequested();
            if (time.GetElapsedTime(told) < LineInterval)
                continue;
            var count = targets.Sum(static target => target.Count);
            Tell(happened.AtMs, count, (count - toldCount) / time.GetElapsedTime(told).TotalSeconds);
            (told, toldCount) = (time.GetTimestamp(), count);
        }
        foreach (var target in targets)
            await target.CompleteAsync(ct);
        foreach (var book in Ledger.Books)
            book.Complete();
        var report = new GenerationReport(
            options, Ledger, targets.Sum(static target => target.Count),
            targets.OfType<TopicRows>().SingleOrDefault(), time.GetElapsedTime(began));
        if (folder is not null)
            await report.WriteAsync(folder, ct);
        return report;
    }

    void Tell(long atMs, long count, double rate) => screen.Progress(
        $"  generate  {BarTime.Day(atMs):yyyy-MM-dd} there, {Units.Count(count)} written, "
            + $"{Units.Count((long)rate)} a second");
}
