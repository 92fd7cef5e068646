using System.Text.RegularExpressions;
using Tapline.Contracts;
using Tapline.Contracts.Sources;
using Tapline.Lakehouse.Storage;
using Tapline.Models;

namespace Tapline.Cli.Configuration;

/// <summary>Reads <c>tapline.yaml</c>. All mistakes are told at once, each with its line.</summary>
static partial class ConfigFile
{
    const int FileBytesMax = 1 << 20;

    // The largest record that our producers send and the topics that we make take.
    const int MessageBytesMaxDefault = 16 << 20;
    const int LanesMax = 64;

    /// <summary>Reads and checks a file. Relative paths in it are meant from its folder. Throws
    /// <see cref="ConfigException"/> with every mistake. Without <paramref name="sources"/> the file that declares the
    /// sources is left alone: it need not exist yet.</summary>
    public static PipelineConfig Load(string file, bool sources = true)
    {
        if (!File.Exists(file))
        {
            throw new TaplineException($"there is no configuration file {file}",
                "docs/configuration.md shows one to start from; --config names another place");
        }
        if (new FileInfo(file).Length > FileBytesMax)
            throw new ConfigException([$"{file}: is longer than {FileBytesMax} bytes"]);
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        return Parse(File.ReadAllText(file), file, folder, Environment.GetEnvironmentVariable, sources);
    }

    /// <summary>Reads and checks a text; <paramref name="file"/> stands in messages.</summary>
    public static PipelineConfig Parse(
        string yaml, string file, string folder, Func<string, string?> variable, bool sources = true)
    {
        var problems = new ConfigProblems(file);
        var root = new ConfigSection(YamlText.Root(yaml, file), "", problems, variable);
        var elsewhere = new List<string>();
        // Both are asked for, so that the file may have them.
        var (hasSources, hasModels) = (root.Has("sources"), root.Has("models"));
        var (declared, models) = sources && (hasSources || hasModels)
            ? Declarations(root, folder, variable, elsewhere)
            : (SourceDeclarations.None, null);
        var config = new PipelineConfig(
            Name(root), Log(root, folder), Source(root, folder), LakeSettings.Read(root, folder), Stream(root))
        {
            Mqtt = MqttSettings.Read(root, folder),
            Windows = WindowSettings.Read(root),
            Serve = ServeSettings.Read(root, folder),
            Sources = declared,
            Models = models,
        };
        root.Close();
        problems.ThrowIfAny(elsewhere);
        return config;
    }

    // A package of models has a sources.yaml of its own.
    static (SourceDeclarations, ModelPackage?) Declarations(
        ConfigSection root, string folder, Func<string, string?> variable, List<string> problems)
    {
        var named = root.Has("sources") ? Path.Combine(folder, root.Text("sources")) : null;
        if (!root.Has("models"))
            return (named is null ? SourceDeclarations.None : SourcesFile.Load(named, variable, problems), null);
        if (named is not null)
            root.Reject("sources", "stands in the folder of models: name one of the two");
        var package = Path.GetFullPath(Path.Combine(folder, root.Text("models")));
        var before = problems.Count;
        var declared = SourcesFile.Load(Path.Combine(package, "sources.yaml"), variable, problems);
        if (problems.Count > before)
            return (declared, null);
        try
        {
            return (declared, PackageLoader.Load(package, declared));
        }
        catch (ConfigException wrong)
        {
            problems.AddRange(wrong.Problems);
            return (declared, null);
        }
    }

    static string Name(ConfigSection root)
    {
        var name = root.Text("pipeline");
        if (name.Length > 0 && !PipelineName().IsMatch(name))
            root.Reject("pipeline", $"must be letters, digits, _ and - (at most 64), found \"{name}\"");
        return name;
    }

    static LogConfig Log(ConfigSection root, string folder)
    {
        if (root.Section("log") is not { } log)
            return new LogConfig.Embedded(Path.Combine(folder, "tapline-data", "broker"), 9092);
        LogConfig chosen = new LogConfig.Embedded("", 0);
        if (log.Has("embedded") == log.Has("bootstrap"))
        {
            root.Reject("log", "needs one of embedded (Tapline's own broker) and bootstrap (a Kafka cluster)");
        }
        if (log.Section("embedded") is { } embedded)
        {
            chosen = new LogConfig.Embedded(
                Path.Combine(folder, embedded.Text("path", Path.Combine("tapline-data", "broker"))),
                embedded.Integer("port", 9092, 0, 65535));
            embedded.Close();
        }
        var client = log.Section("client")?.Everything();
        if (log.Has("bootstrap"))
            chosen = new LogConfig.Cluster(log.Text("bootstrap"), client ?? new Dictionary<string, string>());
        else if (client is not null)
            log.Reject("client", "belongs to bootstrap: the embedded broker needs no settings");
        log.Close();
        return chosen;
    }

    static SourceConfig? Source(ConfigSection root, string folder)
    {
        if (root.Section("source") is not { } source)
            return null;
        SourceConfig? config = null;
        var hasDebezium = source.Has("debezium");
        if (hasDebezium && source.Has("postgres"))
        {
            root.Reject("source",
                "needs one of postgres (Tapline reads it) and debezium (something else writes the topics)");
        }
        source.Section("debezium")?.Close();
        if (source.Section("postgres") is { } postgres)
        {
            var name = root.Text("pipeline", "tapline");
            config = new SourceConfig(
                Connection(postgres),
                Identifier(postgres, "slot", $"tapline_{name}".Replace('-', '_').ToLowerInvariant()),
                Publications(postgres, $"tapline_{name}".Replace('-', '_').ToLowerInvariant()),
                postgres.Texts("tables", ["*.*"]),
                postgres.Integer("parallelism", 2, 1, 32),
                postgres.Seconds("heartbeat_seconds", 10, 0.1, 3600),
                (long)postgres.Integer("slot_retained_warn_mb", 1024, 1, int.MaxValue) << 20,
                (long)postgres.Integer("slot_retained_error_mb", 10 * 1024, 1, int.MaxValue) << 20,
                postgres.Choice("transactions", false, ("true", true), ("false", false)),
                postgres.Text("signals", "tapline.signals"),
                Path.Combine(folder, postgres.Text("spool", Path.Combine("tapline-data", "spool"))))
            {
                Format = FormatSettings.Read(postgres),
            };
            foreach (var table in config.Tables.Where(static t => t.Split('.').Length != 2))
                postgres.Reject("tables", $"must be names like schema.table, with * for any, found \"{table}\"");
            if (config.Signals.Split('.') is not [{ Length: > 0 }, { Length: > 0 }])
                postgres.Reject("signals", $"must be a name like schema.table, found \"{config.Signals}\"");
            postgres.Close();
        }
        else if (!source.Has("postgres") && !hasDebezium)
        {
            root.Reject("source", "names no source: postgres or debezium is missing");
        }
        source.Close();
        return config;
    }

    static string Connection(ConfigSection postgres)
    {
        var text = postgres.Text("connection");
        if (text.Length == 0)
            return text;
        try
        {
            ConnectionText.Parse(text);
        }
        catch (FormatException wrong)
        {
            postgres.Reject("connection", wrong.Message);
        }
        return text;
    }

    static string Identifier(ConfigSection section, string key, string fallback)
    {
        var name = section.Text(key, fallback);
        if (!SlotName().IsMatch(name))
            section.Reject(key, $"must be lower-case letters, digits and _ (at most 63), found \"{name}\"");
        return name;
    }

    static IReadOnlyList<string> Publications(ConfigSection postgres, string fallback)
    {
        var names = postgres.Texts("publication", [fallback]);
        if (names.Count == 0)
            postgres.Reject("publication", "must name one publication at least");
        foreach (var name in names.Where(static name => !SlotName().IsMatch(name)))
        {
            postgres.Reject(
                "publication", $"must be lower-case letters, digits and _ (at most 63), found \"{name}\"");
        }
        return names.Count == 0 ? [fallback] : names;
    }

    static StreamConfig Stream(ConfigSection root)
    {
        if (root.Section("stream") is not { } stream)
            return new StreamConfig(TimeSpan.FromSeconds(1), 1, 1L << 30, MessageBytesMaxDefault);
        var config = new StreamConfig(
            stream.Seconds("epoch_seconds", 1, 0.05, 3600),
            stream.Integer("lanes", 1, 1, LanesMax),
            (long)stream.Integer("memory_mb", 1024, 64, 1 << 20) << 20,
            stream.Integer("message_bytes_max", MessageBytesMaxDefault, 1 << 10, 1 << 30))
        {
            WholeTransactions = stream.Choice("transactions", false, ("split", false), ("whole", true)),
            MergesOnRead = stream.Choice("upserts", true, ("merge-on-read", true), ("copy-on-write", false)),
            CleansUp = stream.Choice("cleanup", true, ("true", true), ("false", false)),
            Evolution = EvolutionSettings.Read(stream),
            CurrentTables = CurrentTableSettings.Read(stream),
        };
        if (config is { WholeTransactions: true, Lanes: > 1 })
            stream.Reject("transactions", "can be whole in one lane only: several lanes commit each for itself");
        stream.Close();
        return config;
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,64}$")]
    private static partial Regex PipelineName();

    [GeneratedRegex("^[a-z0-9_]{1,63}$")]
    private static partial Regex SlotName();
}
