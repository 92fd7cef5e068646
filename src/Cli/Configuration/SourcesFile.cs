using System.Collections.Immutable;
using Tapline.Contracts.Schema;
using Tapline.Contracts.Sources;
using Tapline.Streaming.Quarantine;

namespace Tapline.Cli.Configuration;

/// <summary>Reads <c>sources.yaml</c>: what the source's tables are and what their rows must keep, and what devices
/// send. All mistakes are told at once, each with its line.</summary>
static class SourcesFile
{
    const int FileBytesMax = 16 << 20;

    /// <summary>Reads a file; what is wrong with it is added to <paramref name="problems"/>.</summary>
    public static SourceDeclarations Load(string path, Func<string, string?> variable, List<string> problems)
    {
        if (!File.Exists(path))
        {
            problems.Add(
                $"{path}: there is no such file; ./tapline discover --write {Path.GetFileName(path)} makes one");
        }
        else if (new FileInfo(path).Length > FileBytesMax)
            problems.Add($"{path}: is longer than {FileBytesMax} bytes");
        else
        {
            try
            {
                return Parse(File.ReadAllText(path), path, variable);
            }
            catch (ConfigException wrong)
            {
                problems.AddRange(wrong.Problems);
            }
        }
        return SourceDeclarations.None;
    }

    /// <summary>Reads and checks a text; <paramref name="file"/> stands in messages. Throws
    /// <see cref="ConfigException"/> with every mistake.</summary>
    public static SourceDeclarations Parse(string yaml, string file, Func<string, string?> variable)
    {
        var problems = new ConfigProblems(file);
        var root = new ConfigSection(YamlText.Root(yaml, file), "", problems, variable);
        var format = Format(root);
        var tables = ImmutableArray.CreateBuilder<DeclaredTable>();
        if (root.Section("tables") is { } section)
        {
            foreach (var pattern in section.Names())
            {
                if (section.Section(pattern) is { } table)
                    tables.Add(Table(section, pattern, table));
            }
        }
        var devices = DeviceSettings.Read(root);
        root.Close();
        problems.ThrowIfAny();
        return new SourceDeclarations(format, tables.ToImmutable()) { Devices = devices };
    }

    static DeclaredFormat Format(ConfigSection parent)
    {
        if (parent.Section("format") is not { } format)
            return new DeclaredFormat();
        var declared = new DeclaredFormat
        {
            Decimals = format.Choice<DecimalMode?>("decimal", null,
                ("precise", DecimalMode.Precise), ("string", DecimalMode.String), ("double", DecimalMode.Double)),
            Times = format.Choice<TimeMode?>("time", null,
                ("adaptive", TimeMode.Adaptive), ("adaptive_time_microseconds", TimeMode.AdaptiveTimeMicroseconds),
                ("connect", TimeMode.Connect), ("isostring", TimeMode.IsoString),
                ("microseconds", TimeMode.Microseconds), ("nanoseconds", TimeMode.Nanoseconds)),
            Binary = format.Choice<BinaryMode?>("binary", null,
                ("bytes", BinaryMode.Bytes), ("base64", BinaryMode.Base64),
                ("base64-url-safe", BinaryMode.Base64UrlSafe), ("hex", BinaryMode.Hex)),
            Intervals = format.Choice<IntervalMode?>("interval", null,
                ("numeric", IntervalMode.Numeric), ("string", IntervalMode.String)),
            Hstores = format.Choice<HstoreMode?>("hstore", null, ("json", HstoreMode.Json), ("map", HstoreMode.Map)),
            Form = format.Choice<EventForm?>("envelope", null,
                ("debezium", EventForm.Any), ("flattened", EventForm.Flattened)),
            Placeholder = format.Has("placeholder") ? format.Text("placeholder") : null,
            AddedPrefix = format.Has("added_prefix") ? format.Text("added_prefix") : null,
        };
        format.Close();
        return declared;
    }

    static DeclaredTable Table(ConfigSection tables, string pattern, ConfigSection section)
    {
        var dot = pattern.IndexOf('.', StringComparison.Ordinal);
        if (dot <= 0 || dot == pattern.Length - 1)
            tables.Reject(pattern, "must be a name like schema.table, with * for any");
        var table = new DeclaredTable(pattern)
        {
            Format = Format(section),
            Columns = Columns(section),
            Key = [.. section.Texts("key", [])],
            Tenancy = section.Has("tenancy") ? section.Text("tenancy") : null,
            Evolution = EvolutionSettings.Policy(section, "evolution"),
        };
        CheckNames(section, table);
        section.Close();
        return table;
    }

    static void CheckNames(ConfigSection section, DeclaredTable table)
    {
        var names = table.Columns.Select(static column => column.Name).ToList();
        var typed = table.Columns.Count(static column => column.Type is not null);
        var wanted = table.Key.Select(static name => ("key", name));
        if (table.Tenancy is { } tenancy)
            wanted = wanted.Append(("tenancy", tenancy));
        foreach (var (setting, name) in typed == 0 ? [] : wanted)
        {
            if (names.Contains(name))
                continue;
            var near = Spelling.Nearest(name, names);
            section.Reject(setting, $"names \"{name}\", which is not one of the columns"
                + (near is null ? "" : $"; did you mean \"{near}\"?"));
        }
        if (typed > 0 && typed < table.Columns.Length)
        {
            var without = table.Columns.First(static column => column.Type is null);
            section.Reject("columns", $"give {typed} columns a type, but \"{without.Name}\" none: "
                + "either all have one, or the topic says them");
        }
    }

    /// <summary>The columns that a section declares.</summary>
    public static ImmutableArray<DeclaredColumn> Columns(ConfigSection table)
    {
        if (table.Section("columns") is not { } section)
            return [];
        var columns = ImmutableArray.CreateBuilder<DeclaredColumn>();
        foreach (var name in section.Names())
            columns.Add(section.IsGroup(name) ? Whole(section.Section(name)!, name) : Short(section, name));
        return columns.ToImmutable();
    }

    // id: bigint not null
    static DeclaredColumn Short(ConfigSection columns, string name)
    {
        const string NotNull = " not null";
        var text = columns.Text(name).Trim();
        var notNull = text.EndsWith(NotNull, StringComparison.OrdinalIgnoreCase);
        var type = TypeOf(columns, name, notNull ? text[..^NotNull.Length] : text);
        return new DeclaredColumn(name, type) { NotNull = notNull };
    }

    static DeclaredColumn Whole(ConfigSection section, string name)
    {
        var type = section.Has("type") ? TypeOf(section, "type", section.Text("type")) : null;
        var column = new DeclaredColumn(name, type)
        {
            NotNull = section.Choice("not_null", false, ("true", true), ("false", false)),
            Accepted = [.. section.Texts("accepted", [])],
            Range = [.. section.Texts("range", []).Select(text => Bound(section, text)).OfType<RangeBound>()],
            IsPersonal = section.Choice("pii", false, ("true", true), ("false", false)),
        };
        section.Close();
        if (type is not null)
            CheckValues(section, column, PostgresTypes.Column(name, type));
        return column;
    }

    static RangeBound? Bound(ConfigSection section, string text)
    {
        var bound = RangeBound.Parse(text);
        if (bound is null)
            section.Reject("range", $"must be comparisons like \">= 0\", found \"{text}\"");
        return bound;
    }

    static void CheckValues(ConfigSection section, DeclaredColumn column, ColumnSchema schema)
    {
        foreach (var value in column.Accepted.Where(value => ContractValue.Parse(schema, value) is null))
            section.Reject("accepted", $"has \"{value}\", which is not a value of {column.Type}");
        foreach (var bound in column.Range)
        {
            if (schema.Type is ColumnType.Boolean or ColumnType.Binary)
                section.Reject("range", $"is not for {column.Type}: its values have no order");
            else if (ContractValue.Parse(schema, bound.Bound) is null)
                section.Reject("range", $"has \"{bound.Bound}\", which is not a value of {column.Type}");
        }
    }

    static string? TypeOf(ConfigSection section, string key, string text)
    {
        if (PostgresTypeNames.Canonical(text) is { } type)
            return type;
        var bare = text.Split('(', '[')[0].Trim().ToLowerInvariant();
        var near = Spelling.Nearest(bare, PostgresTypeNames.All);
        section.Reject(key, $"is no type that is known, found \"{text}\""
            + (near is null
                ? "; an enum is declared as text, a domain as the type below it"
                : $"; did you mean \"{near}\"?"));
        return null;
    }
}
