namespace Tapline.Cli.Running;

/// <summary>The parts of a pipeline that a process runs.</summary>
[Flags]
enum PipelineParts
{
    /// <summary>Nothing: the process only looks at the log and the lake.</summary>
    None = 0,
    /// <summary>The embedded broker, where the configuration has one.</summary>
    Broker = 1,
    /// <summary>Source to log.</summary>
    Ingest = 2,
    /// <summary>Log to lake.</summary>
    Stream = 4,
    /// <summary>All of it.</summary>
    All = Broker | Ingest | Stream,
}
