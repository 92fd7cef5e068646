using System.Collections.Immutable;
using System.Text;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Serving.Postgres;

/// <summary>Writes what a session answers.</summary>
sealed class PgReplies(PgOutput output)
{
    /// <summary>Says of what types the parameters are.</summary>
    public void Parameters(ImmutableArray<int> types)
    {
        output.Begin('t');
        output.Int16(types.Length);
        foreach (var type in types)
            output.Int32(type);
        output.End();
    }

    /// <summary>A row of one text.</summary>
    public void Value(string text)
    {
        output.Begin('D');
        output.Int16(1);
        output.Value(Encoding.UTF8.GetBytes(text));
        output.End();
    }

    /// <summary>Whether rows come.</summary>
    public static bool HasColumns(PgPortal portal) => portal.IsOpen || portal.Answer?.Column is not null;

    /// <summary>Says what the columns of the rows are, or that none come.</summary>
    public void Columns(PgPortal portal)
    {
        if (!HasColumns(portal))
        {
            Empty('n');
            return;
        }
        output.Begin('T');
        if (portal.Answer?.Column is { } one)
        {
            output.Int16(1);
            Column(one, PgTypes.Text, -1, isBinary: false);
            output.End();
            return;
        }
        var columns = portal.Columns;
        output.Int16(columns.Length);
        for (var i = 0; i < columns.Length; i++)
        {
            var (type, modifier) = (columns[i].Type, -1);
            if (type.Kind == DuckDbTypeKind.Decimal)
                modifier = 4 + (type.Width << 16) + type.Scale;
            Column(columns[i].Name, PgTypes.Of(type), modifier, portal.IsBinary(i));
        }
        output.End();
    }

    void Column(string name, int type, int modifier, bool isBinary)
    {
        output.Text(name);
        output.Int32(0);
        output.Int16(0);
        output.Int32(type);
        output.Int16(PgTypes.SizeOf(type));
        output.Int32(modifier);
        output.Int16(isBinary ? 1 : 0);
    }

    /// <summary>Says that the next statement may come.</summary>
    public void Ready(char state)
    {
        output.Begin('Z');
        output.Byte((byte)state);
        output.End();
    }

    /// <summary>A message that is its letter alone.</summary>
    public void Empty(char type)
    {
        output.Begin(type);
        output.End();
    }

    /// <summary>Says that a statement is done.</summary>
    public void Complete(string tag)
    {
        output.Begin('C');
        output.Text(tag);
        output.End();
    }
}
