using System.Collections.Immutable;
using Tapline.Settings;
using YamlDotNet.RepresentationModel;

namespace Tapline.Models;

/// <summary>Reads one model's file: a header in YAML between two lines of dashes, and the SELECT.</summary>
static class ModelFile
{
    const string Fence = "---";
    const int HeaderLine = 2;

    /// <summary>Reads a text; null when it has no header. What is wrong is added to
    /// <paramref name="problems"/>.</summary>
    public static Model? Parse(string text, string file, List<string> problems)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        var end = Array.IndexOf(lines, Fence, 1);
        if (lines[0].TrimEnd() != Fence || end < 0)
        {
            problems.Add($"{file}:1: must begin with a header between two lines of {Fence}");
            return null;
        }
        var sql = string.Join('\n', lines[(end + 1)..]).TrimEnd().TrimEnd(';');
        if (sql.Trim().Length == 0)
        {
            problems.Add($"{file}:{end + 2}: has no SELECT");
            return null;
        }
        try
        {
            var found = new ConfigProblems(file, HeaderLine);
            var root = YamlText.Root(string.Join('\n', lines[1..end]), file, HeaderLine);
            var header = new ConfigSection(root, "", found, static _ => null);
            var model = Header(header, Path.GetFileNameWithoutExtension(file), file, sql) with
            {
                SqlLine = end + 2,
            };
            header.Close();
            problems.AddRange(found.All);
            return model;
        }
        catch (ConfigException malformed)
        {
            problems.AddRange(malformed.Problems);
            return null;
        }
    }

    static Model Header(ConfigSection header, string name, string file, string sql)
    {
        var kind = header.Choice(
            "kind", ModelKind.Derive,
            ("derive", ModelKind.Derive), ("snapshot", ModelKind.Snapshot),
            ("fold", ModelKind.Fold), ("view", ModelKind.View));
        var key = header.Texts("key", []).ToImmutableArray();
        if (kind != ModelKind.View && key.IsEmpty)
            header.Reject("key", "is missing: the columns that identify a row of the result");
        var by = header.Texts("by", key).ToImmutableArray();
        if (kind == ModelKind.Snapshot && by.Length == key.Length)
            header.Reject("by", "is missing: the columns of the key without the date, rows of which stay as they were");
        foreach (var column in by.Except(key))
            header.Reject("by", $"names \"{column}\", which is not part of the key");
        return new Model(name, kind, file, sql)
        {
            Key = key,
            By = by,
            Inputs = Inputs(header),
            InputsLine = header.LineOf("inputs"),
            Time = header.Choice(
                "time", ModelTime.None,
                ("none", ModelTime.None), ("date", ModelTime.Date), ("tick", ModelTime.Tick)),
            Closed = header.Text("closed", ""),
            Tracked = [.. header.Texts("history", [])],
            Carried = [.. header.Texts("carried", [])],
            Description = header.Text("description", ""),
            ColumnDescriptions = Descriptions(header),
            Tests = ModelTests.Read(header),
        };
    }

    static ImmutableArray<ModelInput> Inputs(ConfigSection header)
    {
        if (header.Section("inputs") is not { } section)
            return [];
        var inputs = ImmutableArray.CreateBuilder<ModelInput>();
        foreach (var name in section.Names())
        {
            var text = string.Join(", ", section.Texts(name, []));
            if (InputPath.Parse(text) is { } path)
                inputs.Add(new ModelInput(name, path));
            else
                section.Reject(name, $"must be columns, columns = other.columns, or all; found \"{text}\"");
        }
        return inputs.ToImmutable();
    }

    static ImmutableDictionary<string, string> Descriptions(ConfigSection header) =>
        header.Section("columns") is { } section
            ? section.Names().ToImmutableDictionary(static name => name, name => section.Text(name))
            : ImmutableDictionary<string, string>.Empty;
}
