using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Tapline.Serving.Postgres;

/// <summary>Puts one statement into DuckDB's words, piece by piece.</summary>
sealed class PgTranslation(string sql, IReadOnlyList<string>? literals)
{
    // DuckDB has functions of these names with another meaning, or none for outside.
    static readonly FrozenDictionary<string, string> Functions = new Dictionary<string, string>
    {
        ["current_setting"] = "pg_setting",
        ["version"] = "pg_version",
        ["pg_get_viewdef"] = "pg_no_viewdef",
        ["current_schema"] = "pg_current_schema",
        ["current_database"] = "pg_current_database",
        ["set_config"] = "pg_set_config",
        ["json_build_object"] = "json_object",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    static readonly FrozenSet<string> NameTypes = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "regclass", "regtype", "regproc", "regnamespace", "regrole");

    static readonly FrozenSet<string> AfterTables = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "where", "on", "join", "cross", "left", "right", "full", "inner", "natural", "order", "group", "having",
        "limit", "offset", "union", "except", "intersect", "window", "using", "lateral", "with");

    readonly List<SqlToken> _tokens = SqlTokens.Of(sql);
    readonly Dictionary<int, string> _after = [];
    readonly StringBuilder _text = new();

    public string Run()
    {
        for (var i = 0; i < _tokens.Count; i++)
        {
            var token = _tokens[i];
            if (token.Kind == SqlTokenKind.Parameter && literals is not null)
                _text.Append(literals[NumberOf(token) - 1]);
            else if (token.Kind == SqlTokenKind.Word)
                i = Word(i);
            else if (IsCastToName(i, out var end))
                i = NameCast(i, end);
            else
                _text.Append(token.In(sql));
            if (_after.TryGetValue(i, out var columns))
                _text.Append(columns);
        }
        return _text.ToString();
    }

    int NumberOf(SqlToken token) =>
        int.Parse(token.In(sql)[1..], NumberStyles.None, CultureInfo.InvariantCulture);

    // Appends what a word becomes, and gives the place of the last token that it took.
    int Word(int i)
    {
        if (Is(i, "operator") && Matches(i + 1, "(", "pg_catalog", "."))
        {
            var end = i + 4;
            while (end < _tokens.Count && !Is(end, ")"))
                _text.Append(_tokens[end++].In(sql));
            return end;
        }
        if (Is(i, "collate"))
        {
            var name = Skip(i + 1);
            if (Matches(name, "pg_catalog", ".", "default") || Matches(name, "pg_catalog", ".", "\"default\""))
                return name + 2;
            if (Is(name, "\"default\""))
                return name;
        }
        return Is(i, "pg_catalog") && Is(i + 1, ".") ? Qualified(i + 2) : Plain(i);
    }

    // What comes behind pg_catalog. is a table of ours, or a name of DuckDB's own.
    int Qualified(int name)
    {
        if (name >= _tokens.Count || _tokens[name].Kind != SqlTokenKind.Word)
            return name - 1;
        if (PgCatalog.Names.Contains(_tokens[name].In(sql).ToString()))
            _text.Append(PgDialect.Catalog).Append('.');
        return Plain(name);
    }

    int Plain(int i)
    {
        var word = _tokens[i].In(sql).ToString();
        var isCall = Is(Skip(i + 1), "(");
        // CAST(… AS regclass): a number stays one.
        if (NameTypes.Contains(word) && Is(Before(i), "as"))
            word = "BIGINT";
        _text.Append(isCall && Functions.TryGetValue(word, out var ours) ? ours : word);
        if (isCall && word.ToUpperInvariant() is "GENERATE_SERIES" or "UNNEST" && StandsAsTable(i))
            NameColumn(Skip(i + 1));
        if (isCall && Is(i, "string_to_array") && (StandsAsTable(i) || Is(Before(i), ",")))
            WrapCall(i, Skip(i + 1));
        return i;
    }

    bool StandsAsTable(int i)
    {
        var before = Before(i);
        if (Is(before, ".") && Is(before - 1, "pg_catalog"))
            before = Before(before - 1);
        return Is(before, "from") || Is(before, "join");
    }

    // FROM generate_series(1, 3) s: s is the column as well, where DuckDB takes it for the row.
    void NameColumn(int open)
    {
        if (AliasOf(CloseOf(open)) is { } alias && !Is(Skip(alias + 1), "("))
            _after[alias] = $"({_tokens[alias].In(sql)})";
    }

    // FROM …, string_to_array(…) s: a function that gives one value is no table to DuckDB. As an item of a SELECT it
    // means the same.
    void WrapCall(int call, int open)
    {
        var close = CloseOf(open);
        if (AliasOf(close) is not { } alias)
            return;
        _text.Length -= _tokens[call].Length;
        _text.Append("(SELECT ").Append(_tokens[call].In(sql));
        _after[close] = $" AS {_tokens[alias].In(sql)})";
    }

    int CloseOf(int open)
    {
        var depth = 0;
        for (var i = open; i < _tokens.Count; i++)
        {
            depth += Is(i, "(") ? 1 : Is(i, ")") ? -1 : 0;
            if (depth == 0)
                return i;
        }
        return _tokens.Count - 1;
    }

    int? AliasOf(int close)
    {
        var alias = Skip(close + 1);
        if (Is(alias, "as"))
            alias = Skip(alias + 1);
        return alias < _tokens.Count && _tokens[alias].Kind == SqlTokenKind.Word
            && !AfterTables.Contains(_tokens[alias].In(sql).ToString()) && !Is(alias, "from")
                ? alias
                : null;
    }

    // 'x'::regclass, c.oid::regclass, with pg_catalog. before the name.
    bool IsCastToName(int i, out int end)
    {
        end = i;
        if (!Matches(i, ":", ":"))
            return false;
        end = Matches(i + 2, "pg_catalog", ".") ? i + 4 : i + 2;
        return end < _tokens.Count && NameTypes.Contains(_tokens[end].In(sql).ToString());
    }

    // A name becomes its number; a number stays one.
    int NameCast(int i, int end)
    {
        if (i > 0 && _tokens[i - 1].Kind == SqlTokenKind.Text)
        {
            var literal = _tokens[i - 1].In(sql);
            _text.Length -= literal.Length;
            _text.Append(CultureInfo.InvariantCulture, $"pg_oid_of({literal})");
        }
        return end;
    }

    int Skip(int i)
    {
        while (i < _tokens.Count && _tokens[i].Kind == SqlTokenKind.Space)
            i++;
        return i;
    }

    int Before(int i)
    {
        for (i--; i >= 0 && _tokens[i].Kind == SqlTokenKind.Space;)
            i--;
        return i;
    }

    bool Matches(int i, params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (!Is(i++, word))
                return false;
        }
        return true;
    }

    bool Is(int i, string word) =>
        i >= 0 && i < _tokens.Count && _tokens[i].In(sql).Equals(word, StringComparison.OrdinalIgnoreCase);
}
