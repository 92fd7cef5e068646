using System.Globalization;
using System.Text.Json.Nodes;
using Tapline.Cli.Terminal;

namespace Tapline.Cli.Bench;

/// <summary>All sections of a run, for people and as JSON.</summary>
sealed record BenchReport(BenchOptions Options, IReadOnlyList<BenchSection> Sections)
{
    const int NameWidth = 38;

    /// <summary>Prints tables: each line's middle run, its range, and how it stands to ours.</summary>
    public void Print(Screen screen)
    {
        foreach (var section in Sections)
        {
            screen.Line();
            screen.Line(section.Name);
            screen.Line($"  {"",-NameWidth} {section.Unit,12} {"least to most",21} "
                + $"{"to ours",8} {"cpu ns",8} {"alloc B",8} {"peak",9}");
            foreach (var line in section.Lines)
            {
                var range = $"{Number(line.Least)} to {Number(line.Most)}";
                var ratio = section.ToOurs(line).ToString("0.00", CultureInfo.InvariantCulture);
                screen.Line($"  {Label(line),-NameWidth} {Number(line.Value),12} {range,21} "
                    + $"{ratio,8} {Number(line.CpuNs),8} {Number(line.AllocatedBytes),8} {Peak(line),9}");
            }
        }
        screen.Line();
        screen.Line($"medians of {Options.Runs} runs, candidates in turn, on {Environment.ProcessorCount} processors; "
            + "cpu, alloc: of this process, for each event or row; peak: its memory");
    }

    /// <summary>The same with every run's value.</summary>
    public JsonObject ToJson() => new()
    {
        ["rows"] = Options.Rows,
        ["runs"] = Options.Runs,
        ["processors"] = Environment.ProcessorCount,
        ["sections"] = new JsonArray([.. Sections.Select(static section => new JsonObject
        {
            ["name"] = section.Name,
            ["unit"] = section.Unit,
            ["lines"] = new JsonArray([.. section.Lines.Select(line => new JsonObject
            {
                ["name"] = line.Name,
                ["role"] = line.Role.ToString().ToLowerInvariant(),
                ["median"] = Math.Round(line.Value, 3),
                ["to_ours"] = Math.Round(section.ToOurs(line), 4),
                ["values"] = new JsonArray(
                    [.. line.Runs.Select(static run => JsonValue.Create(Math.Round(run.Value, 3)))]),
                ["cpu_ns"] = Math.Round(line.CpuNs, 1),
                ["allocated_bytes"] = Math.Round(line.AllocatedBytes, 1),
                ["peak_bytes"] = line.PeakBytes,
            })]),
        })]),
    };

    static string Label(BenchLine line) => line.Role == BenchRole.Ours
        ? line.Name
        : $"{line.Name} ({line.Role.ToString().ToLowerInvariant()})";

    static string Peak(BenchLine line) => line.PeakBytes is { } bytes ? Units.Bytes(bytes) : "";

    static string Number(double value) => value switch
    {
        0 => "",
        < 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => Units.Count((long)Math.Round(value)),
    };
}
