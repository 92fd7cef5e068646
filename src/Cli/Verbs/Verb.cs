using System.CommandLine;

namespace Tapline.Cli.Verbs;

/// <summary>One verb of the command line. A subclass reads like a table of contents: options, then what
/// happens.</summary>
abstract class Verb : Command
{
    protected Verb(string name, string description, params string[] examples)
        : base(name, description)
    {
        Examples = examples;
        SetAction(RunAsync);
    }

    /// <summary>Command lines to copy, without the program's name.</summary>
    public string[] Examples { get; }

    /// <summary>Every verb, in the order in which help lists them.</summary>
    public static IEnumerable<Verb> All() =>
    [
        new DemoVerb(),
        new RunVerb(),
        new IngestVerb(),
        new StreamVerb(),
        new BrokerVerb(),
        new SqlVerb(),
        new ServeVerb(),
        new StatusVerb(),
        new VerifyVerb(),
        new SignalVerb(),
        new ResyncVerb(),
        new DiscoverVerb(),
        new QuarantineVerb(),
        new TableVerb(),
        new CatalogVerb(),
        new ModelsVerb(),
        new ChaosVerb(),
        new SimulateVerb(),
        new GenerateVerb(),
        new DoctorVerb(),
        new BenchVerb(),
        new SetupVerb(),
        new VersionVerb(),
    ];

    /// <summary>Does it and gives the exit code; throws what <see cref="CommandLine"/> puts into words.</summary>
    protected abstract Task<int> RunAsync(ParseResult line, CancellationToken ct);
}
