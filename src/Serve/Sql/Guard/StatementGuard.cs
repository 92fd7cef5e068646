using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tapline.Lakehouse.DuckDb;
using Tapline.Serving.Lake;

namespace Tapline.Serving.Sql.Guard;

/// <summary>Lets one statement that only reads through, if all that it names is what its caller may name. It judges
/// what DuckDB's own parser makes of the text, and knows what is allowed rather than what is not.</summary>
static partial class StatementGuard
{
    const int TextLengthMax = 256 << 10;

    // What DuckDB nests deeper it refuses itself.
    static readonly JsonDocumentOptions Deep = new() { MaxDepth = 4_000 };

    /// <summary>The statement as it is to be run. Throws <see cref="SqlRefusedException"/> for all else.</summary>
    public static string Admit(DuckDbConnection connection, VisibleRelations relations, string sql, bool isPostgres)
    {
        var statement = sql.Trim().TrimEnd(';').TrimEnd();
        if (statement.Length == 0)
            throw new SqlRefusedException(SqlFault.Syntax, "there is no statement");
        if (statement.Length > TextLengthMax)
            throw new SqlRefusedException(SqlFault.Syntax, $"the statement is longer than {TextLengthMax} characters");
        var prefix = ExplainPrefix().Match(statement).Value;
        var explained = statement[prefix.Length..];
        var root = Parse(connection, explained);
        var check = new StatementCheck(relations, isPostgres);
        check.Check(root);
        return check.IsRewritten ? prefix + Text(connection, root) : statement;
    }

    static JsonNode Parse(DuckDbConnection connection, string sql)
    {
        JsonNode root;
        try
        {
            root = JsonNode.Parse(Single(connection, "SELECT json_serialize_sql($1::VARCHAR)", sql), null, Deep)!;
        }
        catch (DuckDbException failure)
        {
            throw SqlRefusedException.Of(failure, seesAllRows: true);
        }
        catch (JsonException)
        {
            throw new SqlRefusedException(SqlFault.Syntax, "the statement is nested too deeply");
        }
        if (root["error"]!.GetValue<bool>())
            throw NotSelect(root);
        return root["statements"]!.AsArray().Count switch
        {
            1 => root,
            0 => throw new SqlRefusedException(SqlFault.Syntax, "there is no statement"),
            _ => throw new SqlRefusedException(SqlFault.Syntax, "more than one statement", "send them one by one"),
        };
    }

    static SqlRefusedException NotSelect(JsonNode root) => root["error_type"]!.GetValue<string>() == "not implemented"
        ? new SqlRefusedException(
            SqlFault.NotReadOnly,
            "only statements that read are allowed here",
            "write a SELECT; the lake is changed by the pipeline alone")
        : new SqlRefusedException(SqlFault.Syntax, root["error_message"]!.GetValue<string>());

    static string Text(DuckDbConnection connection, JsonNode root) => System.Text.Encoding.UTF8.GetString(
        Single(connection, "SELECT json_deserialize_sql($1::JSON)", root.ToJsonString()));

    static byte[] Single(DuckDbConnection connection, string sql, string argument)
    {
        using var result = connection.Query(sql, [argument]);
        using var chunk = result.NextChunk()!;
        return chunk.Column(0).Bytes(0).ToArray();
    }

    [GeneratedRegex(@"^EXPLAIN\s+(ANALYZE\s+)?(\([^)]*\)\s*)?", RegexOptions.IgnoreCase)]
    private static partial Regex ExplainPrefix();
}
