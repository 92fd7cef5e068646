namespace Tapline.Serving.Postgres;

/// <summary>A piece of SQL.</summary>
enum SqlTokenKind
{
    /// <summary>Blanks and comments.</summary>
    Space,
    /// <summary>A name or word, also one in double quotes.</summary>
    Word,
    /// <summary>A text in single quotes or between dollars.</summary>
    Text,
    /// <summary><c>$1</c>.</summary>
    Parameter,
    /// <summary>Anything else, a sign at a time; digits of a number together.</summary>
    Other,
}

/// <summary>A piece of SQL and where it stands.</summary>
readonly record struct SqlToken(SqlTokenKind Kind, int Start, int Length)
{
    public int End => Start + Length;

    public ReadOnlySpan<char> In(string sql) => sql.AsSpan(Start, Length);
}

/// <summary>Cuts SQL into pieces as PostgreSQL does (https://www.postgresql.org/docs/current/sql-syntax-lexical.html),
/// so that what stands in texts and comments is left alone. Together the pieces are the text.</summary>
static class SqlTokens
{
    public static List<SqlToken> Of(string sql)
    {
        var tokens = new List<SqlToken>();
        for (var at = 0; at < sql.Length;)
        {
            var (kind, length) = Next(sql, at);
            tokens.Add(new SqlToken(kind, at, length));
            at += length;
        }
        return tokens;
    }

    static (SqlTokenKind Kind, int Length) Next(string sql, int at)
    {
        var rest = sql.AsSpan(at);
        var first = rest[0];
        if (char.IsWhiteSpace(first))
            return (SqlTokenKind.Space, Run(rest, static letter => char.IsWhiteSpace(letter)));
        if (rest.StartsWith("--"))
            return (SqlTokenKind.Space, rest.IndexOf('\n') is var end and >= 0 ? end + 1 : rest.Length);
        if (rest.StartsWith("/*"))
            return (SqlTokenKind.Space, Comment(rest));
        if (first == '\'')
            return (SqlTokenKind.Text, Quoted(rest, 0, '\'', escapes: false));
        if (first is 'e' or 'E' && rest.Length > 1 && rest[1] == '\'')
            return (SqlTokenKind.Text, Quoted(rest, 1, '\'', escapes: true));
        if (first == '"')
            return (SqlTokenKind.Word, Quoted(rest, 0, '"', escapes: false));
        if (first == '$' && Dollar(rest) is { } dollar)
            return dollar;
        if (IsNameStart(first))
            return (SqlTokenKind.Word, Run(rest, static letter => IsNameStart(letter) || char.IsDigit(letter)
                || letter == '$'));
        return (SqlTokenKind.Other, char.IsDigit(first) ? Run(rest, static letter => char.IsAsciiDigit(letter)
            || letter == '.') : 1);
    }

    static bool IsNameStart(char letter) => char.IsLetter(letter) || letter == '_';

    static int Run(ReadOnlySpan<char> text, Func<char, bool> belongs)
    {
        var length = 1;
        while (length < text.Length && belongs(text[length]))
            length++;
        return length;
    }

    // Comments stand in comments.
    static int Comment(ReadOnlySpan<char> text)
    {
        var depth = 0;
        for (var i = 0; i + 1 < text.Length; i++)
        {
            if (text[i] == '/' && text[i + 1] == '*')
                (depth, i) = (depth + 1, i + 1);
            else if (text[i] == '*' && text[i + 1] == '/' && --depth == 0)
                return i + 2;
        }
        return text.Length;
    }

    static int Quoted(ReadOnlySpan<char> text, int start, char quote, bool escapes)
    {
        for (var i = start + 1; i < text.Length; i++)
        {
            if (escapes && text[i] == '\\')
                i++;
            else if (text[i] == quote && i + 1 < text.Length && text[i + 1] == quote)
                i++;
            else if (text[i] == quote)
                return i + 1;
        }
        return text.Length;
    }

    // $1, $$text$$, $tag$text$tag$
    static (SqlTokenKind, int)? Dollar(ReadOnlySpan<char> text)
    {
        if (text.Length > 1 && char.IsAsciiDigit(text[1]))
            return (SqlTokenKind.Parameter, Run(text, static letter => char.IsAsciiDigit(letter)));
        var tag = text[1..].IndexOf('$') + 2;
        if (tag < 2 || (tag > 2 && !IsNameStart(text[1])))
            return null;
        foreach (var letter in text[1..(tag - 1)])
        {
            if (!IsNameStart(letter) && !char.IsDigit(letter))
                return null;
        }
        var end = text[tag..].IndexOf(text[..tag]);
        return (SqlTokenKind.Text, end < 0 ? text.Length : tag + end + tag);
    }
}
